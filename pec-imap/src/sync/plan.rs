//! In which portions the messages of a folder are asked for.

use crate::imap::Listed;

/// Messages asked for together.
const BATCH: usize = 200;

/// Bytes asked for together, by what the server says of sizes.
const BATCH_BYTES: u64 = 4 << 20;

/// From this size on a message comes alone, piece by piece.
const LONG: u32 = 2 << 20;

/// A portion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Short messages, together.
    Batch(Vec<u32>),
    /// A long message, alone; what the server says of its size.
    Long(u32, u32),
}

/// Portions, in the order of numbers. One by one, every message comes piece by piece, whatever the server says of its size.
pub(super) fn steps(listed: &[Listed], one_by_one: bool) -> Vec<Step> {
    let mut steps = Vec::new();
    let (mut batch, mut bytes) = (Vec::new(), 0);
    let close = |batch: &mut Vec<u32>, steps: &mut Vec<Step>| {
        if !batch.is_empty() {
            steps.push(Step::Batch(std::mem::take(batch)));
        }
    };
    for Listed { uid, size } in listed {
        if one_by_one || *size >= LONG {
            close(&mut batch, &mut steps);
            bytes = 0;
            steps.push(Step::Long(*uid, *size));
            continue;
        }
        if batch.len() == BATCH || bytes + u64::from(*size) > BATCH_BYTES {
            close(&mut batch, &mut steps);
            bytes = 0;
        }
        batch.push(*uid);
        bytes += u64::from(*size);
    }
    close(&mut batch, &mut steps);
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portions_are_bounded_by_number_and_by_size_and_keep_the_order() {
        let small: Vec<Listed> = (1..=450).map(|uid| Listed { uid, size: 20_000 }).collect();
        let sizes: Vec<usize> = steps(&small, false)
            .iter()
            .map(|step| match step {
                Step::Batch(uids) => uids.len(),
                Step::Long(..) => 0,
            })
            .collect();
        assert_eq!(sizes, [200, 200, 50]);

        let mixed = [(1, 10), (2, 30 << 20), (3, 10), (4, 3 << 20), (9, 10)].map(|(uid, size)| Listed { uid, size });
        let expected = [
            Step::Batch(vec![1]),
            Step::Long(2, 30 << 20),
            Step::Batch(vec![3]),
            Step::Long(4, 3 << 20),
            Step::Batch(vec![9]),
        ];
        assert_eq!(steps(&mixed, false), expected);
        assert!(steps(&mixed, true).iter().all(|step| matches!(step, Step::Long(..))));

        let megabyte: Vec<Listed> = (1..=9).map(|uid| Listed { uid, size: 1 << 20 }).collect();
        assert_eq!(steps(&megabyte, false).len(), 3);
    }
}
