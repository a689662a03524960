//! Bytes under their digest.

use super::sample::{Sample, change, keep, read};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::store::{Backend, Blob, PIECE, View};

/// The bytes of a blob, and how many pieces they came in.
fn whole(view: &dyn View, id: Id) -> Result<(Vec<u8>, u64)> {
    let (mut bytes, mut pieces) = (Vec::new(), 0);
    view.get(id, &mut |piece| {
        assert_eq!(piece.n, pieces);
        pieces += 1;
        bytes.extend_from_slice(piece.data);
        Ok(())
    })?;
    Ok((bytes, pieces))
}

/// What is kept is given back as it was, piece by piece; what is kept again stays as it was first.
pub fn a_body_is_kept_once_and_comes_back_in_its_pieces<B: Backend>(backend: &B) {
    let large: Vec<u8> = (0..2 * PIECE + 17).map(|n| (n % 251) as u8).collect();
    let exact = vec![7; PIECE];
    let all: [&[u8]; 4] = [b"breve", &large, &exact, b""];
    let ids = all.map(Id::of);
    change(backend, |change| {
        assert_eq!(change.missing(&ids)?.len(), 4);
        all.iter().try_for_each(|bytes| keep(change, bytes).map(drop))?;
        assert_eq!(change.missing(&ids)?, []);
        // The change itself reads what it has kept.
        assert_eq!(whole(change, ids[1])?, (large.clone(), 3));
        Ok(())
    });
    let other = Id::of(b"altro");
    change(backend, |change| change.put(&[Blob { id: ids[0], size: 1, pieces: &[vec![9]] }]));
    // What was found damaged is kept anew, and what is not here at all as well.
    let two = [vec![1; PIECE], vec![2]];
    change(backend, |change| {
        let blob = |id, size, pieces| Blob { id, size, pieces };
        change.replace(&[blob(ids[3], PIECE as u64 + 1, &two), blob(Id::of(b"nuovo"), 1, &two[1..])])?;
        assert_eq!(whole(change, ids[3])?, (two.concat(), 2));
        change.replace(&[blob(ids[3], 0, &[])])
    });
    read(backend, |view| {
        assert_eq!(whole(view, Id::of(b"nuovo"))?, (vec![2], 1));
        assert_eq!(view.list(None, 9)?.len(), 5);
        Ok(())
    });
    read(backend, |view| {
        assert_eq!(view.missing(&[ids[0], other, ids[1], other])?, [other]);
        assert_eq!(whole(view, ids[0])?, (b"breve".to_vec(), 1));
        assert_eq!(whole(view, ids[1])?, (large.clone(), 3));
        assert_eq!(whole(view, ids[2])?, (exact.clone(), 1));
        assert_eq!(whole(view, ids[3])?, (Vec::new(), 0));
        let mut sizes = Vec::new();
        view.get(ids[1], &mut |piece| {
            sizes.push(piece.blob_size);
            Ok(())
        })?;
        assert_eq!(sizes, [large.len() as u64; 3]);
        // Whoever takes can stop it.
        let mut taken = 0;
        let stopped = view.get(ids[1], &mut |_| {
            taken += 1;
            Err(Error::NotFound("enough".into()))
        });
        assert!(matches!(stopped, Err(Error::NotFound(why)) if why == "enough") && taken == 1);
        assert!(matches!(whole(view, other), Err(Error::Damaged(_))));
        assert!(matches!(view.put(&[Blob { id: other, size: 0, pieces: &[] }]), Err(Error::ReadOnly)));
        Ok(())
    });
}

/// What is removed goes when the change is committed. What a message or evidence names is not unused.
pub fn what_is_removed_goes_with_the_commit_and_only_what_nothing_names_is_unused<B: Backend>(backend: &B) {
    let [cut, evidence, orphan, absent]: [&[u8]; 4] = [b"tagliato", b"prova", b"orfano", b"assente"];
    let ids = [cut, evidence, orphan, absent].map(Id::of);
    change(backend, |change| {
        [cut, evidence, orphan].iter().try_for_each(|bytes| keep(change, bytes).map(drop))?;
        let number = Sample::new("uno", 1).body(cut).put(change)?;
        change.put_evidence(number, "crl", ids[1])
    });
    read(backend, |view| {
        assert_eq!(view.unused(&ids)?, [ids[2]]);
        let mut unread = Vec::new();
        assert_eq!(view.evidence_blobs(&mut unread)?, [ids[1]]);
        assert!(unread.is_empty());
        assert_eq!(view.evidence(&view.oldest(None, 1)?)?.into_iter().collect::<Vec<_>>(), [("crl".into(), ids[1])]);
        Ok(())
    });
    let undone = backend.change(&mut |change| {
        change.remove(&[ids[2]])?;
        assert_eq!(change.missing(&[ids[2]])?, [ids[2]]);
        Err(Error::Full)
    });
    assert!(matches!(undone, Err(Error::Full)));
    assert_eq!(read(backend, |view| whole(view, ids[2])).0, orphan);
    // Removed and kept again in one change, it stays.
    change(backend, |change| {
        change.remove(&[ids[2], ids[3]])?;
        keep(change, orphan).map(drop)
    });
    assert_eq!(read(backend, |view| whole(view, ids[2])).0, orphan);
    change(backend, |change| change.remove(&[ids[2]]));
    read(backend, |view| {
        assert_eq!(view.missing(&ids)?.len(), 2);
        assert_eq!(view.unused(&ids)?, []);
        Ok(())
    });
}

/// Every blob is listed once, in the order of identifiers, whatever the length of a page.
pub fn all_blobs_are_listed_page_by_page<B: Backend>(backend: &B) {
    let mut expected: Vec<(Id, u64)> = (0..10_u64)
        .map(|n| {
            let bytes = vec![n as u8; n as usize];
            (change(backend, |change| keep(change, &bytes)), n)
        })
        .collect();
    expected.sort_unstable();
    for limit in [1, 3, 10, 11] {
        let (mut listed, mut after) = (Vec::new(), None);
        loop {
            let page = read(backend, |view| view.list(after, limit));
            assert!(page.len() <= limit);
            let Some((last, _)) = page.last() else { break };
            after = Some(*last);
            listed.extend(page);
        }
        assert_eq!(listed, expected);
    }
}
