//! Which files an import has finished, though its batches are not stored in their order.

use pec_files::Position;

use crate::store::ImportedRow;

/// The files of an import, in the order of its places, and how far it has come.
///
/// That a file is done is stored with the batch that brings the last of it. Where batches before it have messages of the same file,
/// as of an mbox, that batch may be stored first, and all may end there: such a file is done with a batch that begins its way when
/// they have ended theirs.
pub(super) struct Files {
    /// As they were when the import began; none for what is no file, or is to be tried again.
    seen: Vec<Option<ImportedRow>>,
    /// Places before this one are done, or are on their way.
    taken: usize,
    /// Whether a batch that has begun its way has messages of the place that comes next.
    is_begun: bool,
    /// Batches that have begun their way, and those that have ended it.
    begun: u64,
    ended: u64,
    /// Files that are done when so many batches have ended their way.
    late: Vec<(u64, ImportedRow)>,
}

impl Files {
    pub(super) const fn of(seen: Vec<Option<ImportedRow>>) -> Self {
        Self { seen, taken: 0, is_begun: false, begun: 0, ended: 0, late: Vec::new() }
    }

    /// Places before this one are done when all batches have ended their way that have begun it.
    pub(super) const fn taken(&self) -> usize {
        self.taken
    }

    /// What is wrong with this place is tried again the next time.
    pub(super) fn try_again(&mut self, place: usize) {
        if let Some(seen) = self.seen.get_mut(place) {
            *seen = None;
        }
    }

    /// A batch that ends with `last` begins its way: the files that are done with it.
    pub(super) fn begin(&mut self, last: Position) -> Vec<ImportedRow> {
        let mut done = self.late();
        self.begun += 1;
        // An mbox or a ZIP may go on; a file of one message is done.
        let until = if last.number == 0 { last.place + 1 } else { last.place };
        if self.is_begun && self.taken < until {
            let file = self.seen.get_mut(self.taken).and_then(Option::take);
            self.late.extend(file.map(|file| (self.begun, file)));
        }
        self.is_begun = last.number > 0;
        done.extend(self.up_to(until));
        done
    }

    /// The first of the batches that are on their way has ended it.
    pub(super) const fn end(&mut self) {
        self.ended += 1;
    }

    /// The files that are done when all batches have ended their way, and none comes any more.
    pub(super) fn rest(&mut self) -> Vec<ImportedRow> {
        let mut done = self.late();
        done.extend(self.up_to(self.seen.len()));
        done
    }

    /// The files that are done by now, of which no batch told it.
    pub(super) fn late(&mut self) -> Vec<ImportedRow> {
        let ended = self.ended;
        self.late.extract_if(.., |(batches, _)| *batches <= ended).map(|(_, file)| file).collect()
    }

    fn up_to(&mut self, until: usize) -> Vec<ImportedRow> {
        let files = self.seen.get_mut(self.taken..until).unwrap_or_default();
        self.taken = until;
        files.iter_mut().filter_map(Option::take).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files that are called by the numbers of their places.
    fn files(number: usize) -> Files {
        let file = |n: usize| Some(ImportedRow { place: n.to_string(), size: 0, modified: 0 });
        Files::of((0..number).map(file).collect())
    }

    fn names(done: Vec<ImportedRow>) -> Vec<String> {
        done.into_iter().map(|file| file.place).collect()
    }

    fn at(place: usize, number: usize) -> Position {
        Position { place, number }
    }

    #[test]
    fn a_file_of_one_message_is_done_with_its_batch() {
        let mut files = files(5);
        assert_eq!(names(files.begin(at(1, 0))), ["0", "1"]);
        files.try_again(3);
        assert_eq!(names(files.begin(at(3, 0))), ["2"]);
        assert_eq!(files.taken(), 4);
        assert_eq!(names(files.rest()), ["4"]);
    }

    #[test]
    fn a_file_of_which_several_batches_have_messages_is_done_when_all_of_them_are_stored() {
        let mut files = files(5);
        // The mbox 1 begins with the file 0, goes on alone, and ends with the file 2; the mbox 3 is within one batch.
        assert_eq!(names(files.begin(at(1, 7))), ["0"]);
        assert_eq!((names(files.begin(at(1, 263))), files.taken()), (vec![], 1));
        assert_eq!(names(files.begin(at(2, 0))), ["2"]);
        files.end();
        files.end();
        assert_eq!(names(files.begin(at(4, 2))), ["3"]);
        files.end();
        // Now the three are stored.
        assert_eq!(names(files.begin(at(4, 9))), ["1"]);
        files.end();
        files.end();
        assert_eq!(names(files.rest()), ["4"]);
    }

    #[test]
    fn a_file_that_a_batch_has_ended_with_is_done_with_none_before_that_is_stored() {
        let mut files = files(3);
        // Nothing of the mbox 0 is left for the second batch.
        assert_eq!(names(files.begin(at(0, 256))), [""; 0]);
        assert_eq!(names(files.begin(at(1, 0))), ["1"]);
        files.end();
        assert_eq!(names(files.begin(at(2, 0))), ["2"]);
        files.end();
        files.end();
        assert_eq!(names(files.rest()), ["0"]);
        assert_eq!(names(files.rest()), [""; 0]);
    }

    #[test]
    fn what_is_wrong_with_a_part_of_a_file_has_it_tried_again() {
        let mut files = files(2);
        assert_eq!(names(files.begin(at(0, 256))), [""; 0]);
        files.try_again(0);
        assert_eq!(names(files.begin(at(1, 0))), ["1"]);
        files.end();
        files.end();
        assert_eq!(names(files.rest()), [""; 0]);
        // A place that is none says nothing.
        files.try_again(9);
    }
}
