//! The public interface of a crate, read from its sources: functions, methods and fields that can be reached from its root,
//! each under the shortest path by which it can be named, and its errors.
//!
//! A `macro_rules!` is read as far as it names its type itself, as the table of findings does; types to which only the use of
//! a macro gives a name (the words of `daticert.xml`) are not seen.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Attribute, Fields, Item, ItemImpl, ItemMod, Type, UseTree, Visibility};

/// Where a module stands in its crate: empty for the root.
type Place = Vec<String>;

/// What a crate offers.
#[derive(Debug, Default)]
pub(crate) struct Interface {
    /// Functions, methods and public fields (`Type.field`).
    pub(crate) operations: BTreeSet<String>,
    /// Variants of enumerations that are errors, and structures that are.
    pub(crate) errors: BTreeSet<String>,
}

/// Reads the crate in this folder of the workspace. `errors` are enumerations that say why something failed and do not
/// implement `Error`.
pub(crate) fn interface(folder: &Path, errors: &[String]) -> Result<Interface, String> {
    let name = folder.file_name().map(|name| name.to_string_lossy().replace('-', "_")).unwrap_or_default();
    let mut modules = Modules::default();
    modules.load(&folder.join("src/lib.rs"), &folder.join("src"), Vec::new())?;
    Ok(modules.interface(&name, errors))
}

/// Every module of a crate with its items, public or not.
#[derive(Debug, Default)]
struct Modules(BTreeMap<Place, Vec<Item>>);

impl Modules {
    fn load(&mut self, file: &Path, children: &Path, place: Place) -> Result<(), String> {
        let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let parsed = syn::parse_file(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        self.add(parsed.items, children, place)
    }

    fn add(&mut self, items: Vec<Item>, children: &Path, place: Place) -> Result<(), String> {
        let (inner, items): (Vec<Item>, Vec<Item>) = items
            .into_iter()
            .filter(|item| attributes(item).is_none_or(counts))
            .partition(|item| matches!(item, Item::Mod(_)));
        let mut kept = items;
        let macros = kept.iter().filter_map(|item| if let Item::Macro(makes) = item { Some(makes) } else { None });
        let made: Vec<Item> = macros.flat_map(|makes| types_of_macro(&makes.mac.tokens)).collect();
        kept.extend(made);
        for item in inner {
            let Item::Mod(module) = item else { continue };
            let name = module.ident.to_string();
            let below = children.join(&name);
            let place = [&place[..], &[name]].concat();
            match &module.content {
                Some((_, items)) => self.add(items.clone(), &below, place)?,
                None => self.load(&file_of(children, &module), &below, place)?,
            }
            kept.push(Item::Mod(module));
        }
        self.0.insert(place, kept);
        Ok(())
    }

    /// What an identifier means in a module: a module, or an item by the module that defines it.
    fn resolve(&self, place: &Place, path: &[String]) -> Option<Meaning> {
        let (first, rest) = path.split_first()?;
        let start = match first.as_str() {
            "crate" => Meaning::Module(Vec::new()),
            "self" => Meaning::Module(place.clone()),
            "super" => Meaning::Module(place.split_last()?.1.to_vec()),
            name => self.in_module(place, name)?,
        };
        rest.iter().try_fold(start, |found, name| match found {
            Meaning::Module(place) if name == "super" => Some(Meaning::Module(place.split_last()?.1.to_vec())),
            Meaning::Module(place) => self.in_module(&place, name),
            Meaning::Item(..) => None,
        })
    }

    fn in_module(&self, place: &Place, name: &str) -> Option<Meaning> {
        let inner = [&place[..], &[name.to_owned()]].concat();
        if self.0.contains_key(&inner) {
            return Some(Meaning::Module(inner));
        }
        let items = self.0.get(place)?;
        if items.iter().any(|item| named(item).is_some_and(|found| found == name)) {
            return Some(Meaning::Item(place.clone(), name.to_owned()));
        }
        let imports = items.iter().filter_map(|item| if let Item::Use(found) = item { Some(found) } else { None });
        imports.flat_map(|import| leaves(&import.tree)).find_map(|leaf| match leaf.name {
            Some(known) if known == name && leaf.path != [name] => self.resolve(place, &leaf.path),
            _ => None,
        })
    }

    /// Public paths of all items that can be reached, by where they are defined.
    fn reached(&self, root: &str) -> BTreeMap<(Place, String), String> {
        let mut reached = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let mut waiting = VecDeque::from([(Place::new(), root.to_owned())]);
        while let Some((place, prefix)) = waiting.pop_front() {
            if !seen.insert((place.clone(), prefix.clone())) {
                continue;
            }
            for item in self.0.get(&place).into_iter().flatten().filter(|item| is_public(item)) {
                match item {
                    Item::Mod(module) => {
                        let name = module.ident.to_string();
                        let inner = place.iter().chain([&name]).cloned().collect();
                        waiting.push_back((inner, format!("{prefix}::{name}")));
                    }
                    Item::Use(import) => {
                        for leaf in leaves(&import.tree) {
                            match (self.resolve(&place, &leaf.path), leaf.name) {
                                (Some(Meaning::Module(inner)), None) => waiting.push_back((inner, prefix.clone())),
                                (Some(Meaning::Module(inner)), Some(name)) => {
                                    waiting.push_back((inner, format!("{prefix}::{name}")));
                                }
                                (Some(Meaning::Item(place, ident)), Some(name)) => {
                                    reached.entry((place, ident)).or_insert_with(|| format!("{prefix}::{name}"));
                                }
                                // Another crate's.
                                _ => {}
                            }
                        }
                    }
                    other => {
                        if let Some(name) = named(other) {
                            reached.entry((place.clone(), name.clone())).or_insert_with(|| format!("{prefix}::{name}"));
                        }
                    }
                }
            }
        }
        reached
    }

    fn interface(&self, root: &str, errors: &[String]) -> Interface {
        let reached = self.reached(root);
        let mut interface = Interface::default();
        for (place, items) in &self.0 {
            let path = |name: &str| match self.in_module(place, name)? {
                Meaning::Item(place, name) => reached.get(&(place, name)),
                Meaning::Module(_) => None,
            };
            for item in items {
                match item {
                    Item::Impl(block) => {
                        if let Some(path) = self_name(block).and_then(|name| path(&name)) {
                            methods(block, path, &mut interface);
                        }
                    }
                    Item::Macro(makes) => written_by_macro(&makes.mac.tokens, &mut |owner, function| {
                        if let Some(path) = path(owner) {
                            interface.operations.insert(format!("{path}::{function}"));
                        }
                    }),
                    other => {
                        let at = named(other).and_then(|name| reached.get(&(place.clone(), name)));
                        if let Some(at) = at {
                            plain(other, at, errors, &mut interface);
                        }
                    }
                }
            }
        }
        interface
    }
}

/// The methods of a block; a block that makes its type an `Error`.
fn methods(block: &ItemImpl, path: &str, interface: &mut Interface) {
    if let Some((_, of, _)) = &block.trait_ {
        if of.segments.last().is_some_and(|last| last.ident == "Error") {
            interface.errors.insert(path.to_owned());
        }
        return;
    }
    for item in &block.items {
        if let syn::ImplItem::Fn(function) = item
            && matches!(function.vis, Visibility::Public(_))
            && counts(&function.attrs)
        {
            interface.operations.insert(format!("{path}::{}", function.sig.ident));
        }
    }
}

/// An item that is no block, module or import.
fn plain(item: &Item, path: &str, errors: &[String], interface: &mut Interface) {
    match item {
        Item::Fn(_) => {
            interface.operations.insert(path.to_owned());
        }
        Item::Trait(shape) => {
            for item in &shape.items {
                if let syn::TraitItem::Fn(function) = item {
                    interface.operations.insert(format!("{path}::{}", function.sig.ident));
                }
            }
        }
        Item::Struct(shape) => {
            if let Fields::Named(fields) = &shape.fields {
                let public = fields.named.iter().filter(|field| matches!(field.vis, Visibility::Public(_)));
                let names = public.filter_map(|field| field.ident.as_ref());
                interface.operations.extend(names.map(|name| format!("{path}.{name}")));
            }
            if derives_error(&shape.attrs) {
                interface.errors.insert(path.to_owned());
            }
        }
        Item::Enum(shape) if derives_error(&shape.attrs) || errors.iter().any(|listed| listed == path) => {
            interface.errors.extend(shape.variants.iter().map(|variant| format!("{path}::{}", variant.ident)));
        }
        _ => {}
    }
}

#[derive(Debug, Clone)]
enum Meaning {
    Module(Place),
    Item(Place, String),
}

/// One name that an import brings; none for `*`.
struct Leaf {
    path: Vec<String>,
    name: Option<String>,
}

fn leaves(tree: &UseTree) -> Vec<Leaf> {
    fn walk(tree: &UseTree, before: &[String], found: &mut Vec<Leaf>) {
        match tree {
            UseTree::Path(path) => walk(&path.tree, &[before, &[path.ident.to_string()]].concat(), found),
            UseTree::Group(group) => group.items.iter().for_each(|tree| walk(tree, before, found)),
            UseTree::Glob(_) => found.push(Leaf { path: before.to_vec(), name: None }),
            UseTree::Name(name) if name.ident == "self" => {
                found.push(Leaf { path: before.to_vec(), name: before.last().cloned() });
            }
            UseTree::Name(name) => {
                let path = [before, &[name.ident.to_string()]].concat();
                found.push(Leaf { path, name: Some(name.ident.to_string()) });
            }
            UseTree::Rename(name) => {
                let path = [before, &[name.ident.to_string()]].concat();
                found.push(Leaf { path, name: Some(name.rename.to_string()) });
            }
        }
    }
    let mut found = Vec::new();
    walk(tree, &[], &mut found);
    found
}

/// The public enumerations that a `macro_rules!` writes, without their variants.
fn types_of_macro(tokens: &TokenStream) -> Vec<Item> {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut found = Vec::new();
    for (at, tree) in trees.iter().enumerate() {
        if let TokenTree::Group(group) = tree {
            found.extend(types_of_macro(&group.stream()));
        }
        if let (TokenTree::Ident(public), Some(TokenTree::Ident(kind)), Some(TokenTree::Ident(name))) =
            (tree, trees.get(at + 1), trees.get(at + 2))
            && public == "pub"
            && kind == "enum"
        {
            found.extend(syn::parse_str(&format!("pub enum {name} {{}}")));
        }
    }
    found
}

/// `pub fn` in blocks that a `macro_rules!` writes: type and function.
fn written_by_macro(tokens: &TokenStream, found: &mut dyn FnMut(&str, &str)) {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let word = |tree: Option<&TokenTree>| match tree {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
        _ => None,
    };
    for (at, tree) in trees.iter().enumerate() {
        let TokenTree::Group(group) = tree else { continue };
        let owner = at.checked_sub(1).and_then(|before| word(trees.get(before)));
        let is_block = at >= 2 && word(trees.get(at - 2)).is_some_and(|it| it == "impl");
        match owner {
            Some(owner) if is_block && group.delimiter() == Delimiter::Brace => {
                let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                for (at, tree) in inside.iter().enumerate() {
                    let before = |steps: usize| at.checked_sub(steps).and_then(|at| word(inside.get(at)));
                    let plain = if before(1).is_some_and(|it| it == "const") { before(2) } else { before(1) };
                    let public = plain.is_some_and(|it| it == "pub");
                    if public
                        && word(Some(tree)).is_some_and(|it| it == "fn")
                        && let Some(function) = word(inside.get(at + 1))
                    {
                        found(&owner, &function);
                    }
                }
            }
            _ => written_by_macro(&group.stream(), found),
        }
    }
}

fn file_of(children: &Path, module: &ItemMod) -> PathBuf {
    let name = module.ident.to_string();
    let flat = children.join(format!("{name}.rs"));
    if flat.exists() { flat } else { children.join(name).join("mod.rs") }
}

fn self_name(block: &ItemImpl) -> Option<String> {
    match &*block.self_ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
}

fn named(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Fn(it) => &it.sig.ident,
        Item::Struct(it) => &it.ident,
        Item::Enum(it) => &it.ident,
        Item::Trait(it) => &it.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

fn is_public(item: &Item) -> bool {
    let visibility = match item {
        Item::Fn(it) => &it.vis,
        Item::Struct(it) => &it.vis,
        Item::Enum(it) => &it.vis,
        Item::Trait(it) => &it.vis,
        Item::Mod(it) => &it.vis,
        Item::Use(it) => &it.vis,
        _ => return false,
    };
    matches!(visibility, Visibility::Public(_))
}

fn attributes(item: &Item) -> Option<&[Attribute]> {
    Some(match item {
        Item::Fn(it) => &it.attrs,
        Item::Struct(it) => &it.attrs,
        Item::Enum(it) => &it.attrs,
        Item::Trait(it) => &it.attrs,
        Item::Mod(it) => &it.attrs,
        Item::Use(it) => &it.attrs,
        Item::Impl(it) => &it.attrs,
        _ => return None,
    })
}

/// Not what exists for tests, documents and fuzzing alone, nor what is hidden.
fn counts(attributes: &[Attribute]) -> bool {
    attributes.iter().all(|attribute| {
        let text = match &attribute.meta {
            syn::Meta::List(list) => list.tokens.to_string(),
            _ => return true,
        };
        let path = attribute.path();
        let hidden = path.is_ident("doc") && text == "hidden";
        let conditional = path.is_ident("cfg") && ["test", "doctest", "feature = \"fuzzing\""].contains(&text.as_str());
        !hidden && !conditional
    })
}

fn derives_error(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("derive") => {
            list.tokens.clone().into_iter().any(|tree| matches!(tree, TokenTree::Ident(name) if name == "Error"))
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sources: &[(&str, &str)]) -> Interface {
        let folder = tempfile::tempdir().unwrap();
        let krate = folder.path().join("a-crate");
        for (path, text) in sources {
            let path = krate.join("src").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        interface(&krate, &["a_crate::Kind".to_owned()]).unwrap()
    }

    fn operations(interface: &Interface) -> Vec<&str> {
        interface.operations.iter().map(String::as_str).collect()
    }

    #[test]
    fn what_can_be_named_from_outside_counts_by_its_shortest_path() {
        let found = of(&[
            ("lib.rs", "mod inner; pub mod outer; pub use inner::Thing; fn private() {} pub fn free() {}"),
            (
                "inner.rs",
                "pub struct Thing { pub field: u8, other: u8 } pub struct Hidden; impl Hidden { pub fn no(&self) {} }",
            ),
            (
                "outer.rs",
                "use crate::inner::Thing; mod deep; pub use deep::*; impl Thing { pub fn act(&self) {} fn not(&self) {} }",
            ),
            ("outer/deep.rs", "pub trait Reads { fn read(&self); } impl Reads for super::Thing { fn read(&self) {} }"),
        ]);
        assert_eq!(
            operations(&found),
            ["a_crate::Thing.field", "a_crate::Thing::act", "a_crate::free", "a_crate::outer::Reads::read"]
        );
    }

    #[test]
    fn types_of_one_name_are_told_apart() {
        let found = of(&[
            ("lib.rs", "pub mod a; pub mod b;"),
            ("a.rs", "pub struct Report; impl Report { pub fn one() {} }"),
            ("b.rs", "pub struct Report; impl Report { pub fn two() {} pub(crate) fn three() {} }"),
        ]);
        assert_eq!(operations(&found), ["a_crate::a::Report::one", "a_crate::b::Report::two"]);
    }

    #[test]
    fn what_is_for_tests_or_hidden_does_not_count() {
        let found = of(&[(
            "lib.rs",
            "#[cfg(test)] pub mod tests { pub fn a() {} } #[doc(hidden)] pub fn b() {} #[cfg(feature = \"fuzzing\")] pub fn c() {} \
             #[cfg(feature = \"smtp\")] pub fn d() {}",
        )]);
        assert_eq!(operations(&found), ["a_crate::d"]);
    }

    #[test]
    fn methods_that_a_macro_writes_are_seen() {
        let found = of(&[(
            "lib.rs",
            "macro_rules! codes { ($($name:ident;)*) => { pub enum Code { $($name),* } impl Code { pub const fn as_str(self) {} \
             pub(crate) fn no() {} fn not() {} } }; }",
        )]);
        assert_eq!(operations(&found), ["a_crate::Code::as_str"]);
    }

    #[test]
    fn errors_are_found_by_what_they_are() {
        let found = of(&[(
            "lib.rs",
            "#[derive(Debug, thiserror::Error)] pub enum One { A, B(u8) } #[derive(Error)] pub struct Two; pub struct Three; \
             impl std::error::Error for Three {} pub enum Kind { C } pub enum Not { D }",
        )]);
        let errors: Vec<_> = found.errors.iter().map(String::as_str).collect();
        assert_eq!(
            errors,
            ["a_crate::Kind::C", "a_crate::One::A", "a_crate::One::B", "a_crate::Three", "a_crate::Two"]
        );
    }

    /// Words in the names of whatever deals with passwords.
    const SECRET: [&str; 5] = ["password", "passphrase", "credential", "secret", "rekey"];

    /// Everything that the wire offers around passwords, and why none of it changes one with a provider: whatever comes to it
    /// has to be judged here.
    const HARMLESS: [(&str, &str); 19] = [
        ("pec_imap::Account::credential", "who enters, as he was given"),
        ("pec_imap::Checked.password_ends", "a date"),
        ("pec_imap::Credential::*", "a value in memory"),
        ("pec_imap::FileSecrets::open", "a file of ours"),
        ("pec_imap::FileSecrets::open_with_passphrase", "a file of ours"),
        ("pec_imap::FileSecrets::rekey", "the key of a file of ours"),
        ("pec_imap::FileSecrets::rekey_with_passphrase", "the key of a file of ours"),
        ("pec_imap::HostSecrets::new", "a store of the host's"),
        ("pec_imap::Hub::rotate_credential", "keeps what the holder has changed himself"),
        ("pec_imap::KeyringSecrets::new", "the keyring of the system"),
        ("pec_imap::MailboxSpec.credential", "who enters, as he was given"),
        ("pec_imap::PassphraseCost.*", "how a file of ours is opened"),
        ("pec_imap::Profile.second_factor", "what is known of a provider"),
        ("pec_imap::Radar.passwords", "which of them end"),
        ("pec_imap::RadarOptions.passwords", "from when on that is told"),
        ("pec_imap::SecondFactor.password", "what is known of a provider"),
        ("pec_imap::Secret*", "stores of ours: entries, errors, fields"),
        ("pec_imap::Rekeyed.*", "the key of a file of ours"),
        ("pec_imap::report::*", "what is told of them, which reaches no server"),
    ];

    fn is_covered(name: &str) -> bool {
        HARMLESS
            .iter()
            .any(|(known, _)| known.strip_suffix('*').map_or(name == *known, |begin| name.starts_with(begin)))
    }

    fn about_secrets(interface: &Interface) -> Vec<&str> {
        let about = |name: &&str| SECRET.iter().any(|word| name.to_lowercase().contains(word));
        operations(interface).into_iter().filter(about).collect()
    }

    #[test]
    fn no_call_changes_the_password_of_a_mailbox_with_its_provider() {
        // The control: such a call would be seen.
        let control = of(&[("lib.rs", "pub struct Account; impl Account { pub async fn change_password(&self) {} }")]);
        assert_eq!(about_secrets(&control), ["a_crate::Account::change_password"]);

        let wire = interface(&crate::run::root().join("pec-imap"), &[]).unwrap();
        let found = about_secrets(&wire);
        assert!(found.contains(&"pec_imap::Hub::rotate_credential"), "{found:?}");
        let unjudged: Vec<&str> = found.into_iter().filter(|name| !is_covered(name)).collect();
        assert!(unjudged.is_empty(), "a call around passwords that nobody has judged: {unjudged:?}");
        // Nor does any command of its go to a server that could.
        for path in ["src/imap", "src/net", "src/sync"] {
            for file in fs::read_dir(crate::run::root().join("pec-imap").join(path)).unwrap() {
                let path = file.unwrap().path();
                let Ok(text) = fs::read_to_string(&path) else { continue };
                for word in ["SETPASS", "PASSWD", "CHANGEPASS", "XCHANGE"] {
                    assert!(!text.to_uppercase().contains(word), "{}: {word}", path.display());
                }
            }
        }
    }
}
