//! The forms of docs/schema/: what a line must be, and the order of its keys.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A form, and the orders of keys that it names.
pub(crate) struct Form {
    validator: Validator,
    orders: BTreeSet<Vec<String>>,
    counted: BTreeSet<String>,
}

impl Form {
    pub(crate) fn read(name: &str) -> Self {
        let schema: Value = serde_json::from_slice(&fs::read(root().join("docs/schema").join(name)).unwrap()).unwrap();
        jsonschema::draft202012::meta::validate(&schema).unwrap();
        let validator = jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap();
        let mut orders = BTreeSet::new();
        required(&schema, &mut orders);
        Self { validator, orders, counted: BTreeSet::new() }
    }

    /// With the orders of another form, whose reports stand inside.
    #[allow(dead_code, reason = "not every test has such reports")]
    pub(crate) fn with(mut self, other: Self) -> Self {
        self.orders.extend(other.orders);
        self
    }

    /// With names of what is counted, which stand as keys in any number.
    #[allow(dead_code, reason = "not every test has such reports")]
    pub(crate) fn counting(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.counted.extend(names);
        self
    }

    /// Why a line is not of this form.
    pub(crate) fn differs(&self, line: &str) -> Option<String> {
        let value: Value = serde_json::from_str(line).unwrap();
        if let Err(error) = self.validator.validate(&value) {
            return Some(format!("{}: {error}", error.instance_path()));
        }
        let Keys(found) = serde_json::from_str(line).unwrap();
        let is_counting = |keys: &Vec<String>| keys.iter().all(|key| self.counted.contains(key));
        let mut found = found.into_iter().filter(|keys| !is_counting(keys));
        found.find(|keys| !self.orders.contains(keys)).map(|keys| format!("in another order: {keys:?}"))
    }
}

/// Every list of keys that an object of the schema requires.
fn required(schema: &Value, orders: &mut BTreeSet<Vec<String>>) {
    if let Some(keys) = schema.get("required").and_then(Value::as_array) {
        orders.insert(keys.iter().map(|key| key.as_str().unwrap().to_owned()).collect());
    }
    let inner: Vec<&Value> = match schema {
        Value::Object(object) => object.values().collect(),
        Value::Array(list) => list.iter().collect(),
        _ => Vec::new(),
    };
    inner.into_iter().for_each(|value| required(value, orders));
}

/// The keys of each object of a text, as they stand there.
struct Keys(Vec<Vec<String>>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Keys;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let (mut own, mut all) = (Vec::new(), Vec::new());
                while let Some((key, Keys(inner))) = map.next_entry()? {
                    own.push(key);
                    all.extend(inner);
                }
                all.push(own);
                Ok(Keys(all))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Keys, A::Error> {
                let mut all = Vec::new();
                while let Some(Keys(inner)) = list.next_element()? {
                    all.extend(inner);
                }
                Ok(Keys(all))
            }
            fn visit_unit<E>(self) -> Result<Keys, E> {
                Ok(Keys(Vec::new()))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Keys, E> {
                Ok(Keys(Vec::new()))
            }
            fn visit_u64<E>(self, _: u64) -> Result<Keys, E> {
                Ok(Keys(Vec::new()))
            }
            fn visit_str<E>(self, _: &str) -> Result<Keys, E> {
                Ok(Keys(Vec::new()))
            }
        }
        deserializer.deserialize_any(Any)
    }
}
