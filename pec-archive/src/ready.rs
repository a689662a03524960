//! A batch that is ready to be written: all that can be done without the writer is done before it is asked for, on all cores,
//! while another batch is being written.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use crate::care::readable;
use crate::content;
use crate::error::Result;
use crate::evidence::Used;
use crate::id::Id;
use crate::intake::Prepared;
use crate::pool::Pool;
use crate::press::Press;
use crate::seal::Seal;
use crate::store::Backend;

/// Bytes of bodies, by their identifier.
type Bodies<'p> = HashMap<Id, &'p [u8]>;

/// The compressed pieces of bodies that are not here yet.
pub(crate) type Pieces = HashMap<Id, Vec<Vec<u8>>>;

/// Messages with all that is written of them.
pub(crate) struct Ready<'p> {
    pub(crate) prepared: &'p [Prepared],
    /// By what they are judged.
    pub(crate) used: &'p Used,
    bodies: Bodies<'p>,
    pub(crate) compressed: &'p Compressed,
}

/// What a batch brings, compressed.
#[derive(Default)]
pub(crate) struct Compressed {
    /// Bodies that were not here when they were looked for.
    pub(crate) pieces: Pieces,
    /// What stands around the bodies of messages that were not here, or are damaged.
    pub(crate) skeletons: HashMap<Id, Vec<u8>>,
    /// Bodies that are here and are not what they were: a message that is stored now must not rest on them.
    pub(crate) damaged: BTreeSet<Id>,
    /// Messages that are here and are not what was stored: these bytes are.
    pub(crate) broken: BTreeSet<Id>,
}

/// What is compressed by itself.
enum Work<'p> {
    Body(Id, &'p [u8]),
    Skeleton(Id, &'p [u8]),
}

/// The same, compressed.
enum Pressed {
    Body(Id, Vec<Vec<u8>>),
    Skeleton(Id, Vec<u8>),
}

impl Compressed {
    /// Compresses what a batch brings that is not here yet, or is here and damaged.
    pub(crate) fn of(
        backend: &dyn Backend,
        presses: &Pool<Press>,
        seal: &Arc<Seal>,
        prepared: &[Prepared],
        used: &Used,
    ) -> Result<Self> {
        let bodies = bodies(prepared, used);
        let wanted: Vec<Id> = bodies.keys().copied().collect();
        let ids: Vec<Id> = prepared.iter().map(|prepared| prepared.id).collect();
        let (mut missing, mut known) = (Vec::new(), Vec::new());
        let (mut damaged, mut broken) = (BTreeSet::new(), BTreeSet::new());
        backend.read(&mut |view| {
            missing = view.missing(&wanted)?;
            known = view.numbers(&ids)?;
            let mut shared: BTreeSet<Id> = used.uncompared().collect();
            for (prepared, known) in prepared.iter().zip(&known) {
                if let Some(number) = known
                    && readable(content::check(seal, view, *number))?.is_some()
                {
                    continue;
                }
                shared.extend(prepared.skeleton.holes.iter().map(|hole| hole.id));
                broken.extend(known.map(|_| prepared.id));
            }
            let absent: BTreeSet<&Id> = missing.iter().collect();
            shared.retain(|id| !absent.contains(id));
            for id in shared {
                let same = content::is_same(seal, view, id, bodies.get(&id).copied().unwrap_or_default());
                if readable(same)? != Some(true) {
                    damaged.insert(id);
                }
            }
            Ok(())
        })?;
        let mut works: Vec<Work<'_>> = missing
            .iter()
            .chain(&damaged)
            .map(|id| Work::Body(*id, bodies.get(id).copied().unwrap_or_default()))
            .collect();
        let mut once = BTreeSet::new();
        for (prepared, known) in prepared.iter().zip(known) {
            if (known.is_none() || broken.contains(&prepared.id)) && once.insert(prepared.id) {
                works.push(Work::Skeleton(prepared.id, &prepared.skeleton.bytes));
            }
        }
        let compress = |work: Work<'_>| -> Result<Pressed> {
            let mut press = presses.take().map_or_else(|| Press::new(seal), Ok)?;
            let pressed = match work {
                Work::Body(id, bytes) => Pressed::Body(id, press.pieces(id, bytes)?),
                Work::Skeleton(id, bytes) => Pressed::Skeleton(id, press.skeleton(id, bytes)?),
            };
            presses.give_back(press);
            Ok(pressed)
        };
        let pressed: Vec<Pressed> = works.into_par_iter().map(compress).collect::<Result<_>>()?;
        let (mut pieces, mut skeletons) = (Pieces::new(), HashMap::new());
        for pressed in pressed {
            match pressed {
                Pressed::Body(id, data) => drop(pieces.insert(id, data)),
                Pressed::Skeleton(id, data) => drop(skeletons.insert(id, data)),
            }
        }
        Ok(Self { pieces, skeletons, damaged, broken })
    }
}

impl<'p> Ready<'p> {
    /// What is not compressed is when it is written: of a message that is too long to be read nothing is here but what is judged by.
    pub(crate) fn of(prepared: &'p [Prepared], used: &'p Used, compressed: &'p Compressed) -> Self {
        Self { prepared, used, bodies: bodies(prepared, used), compressed }
    }

    /// The bytes of a body of the batch.
    pub(crate) fn bytes(&self, id: Id) -> &'p [u8] {
        self.bodies.get(&id).copied().unwrap_or_default()
    }
}

/// The bodies of a batch, and what it is judged by.
fn bodies<'p>(prepared: &'p [Prepared], used: &'p Used) -> Bodies<'p> {
    let cut = prepared.iter().flat_map(|prepared| {
        let body = |range: &std::ops::Range<usize>| prepared.bytes.get(range.clone()).unwrap_or_default();
        prepared.skeleton.holes.iter().map(move |hole| (hole.id, body(&hole.range)))
    });
    cut.chain(used.bodies.iter().map(|(_, id, bytes)| (*id, bytes.as_slice()))).collect()
}
