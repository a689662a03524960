//! Whether a backend keeps to the [contract](crate::store): each function is a sentence that has to be true of it, and
//! panics where it is not. They are given a maker of empty backends, and know nothing else of them.
//!
//! [`Memory`] is a second backend beside the file, plain and gone with the process: an example to begin from.
//!
//! ```
//! use pec_archive::conformance::{self, Memory};
//! conformance::all(&Memory::new);
//! ```
#![allow(clippy::unwrap_used, clippy::panic, clippy::missing_panics_doc, reason = "a sentence that is not true panics")]

mod blobs;
mod happened;
mod index;
mod kept;
mod lists;
mod login;
mod mailbox;
mod managed;
mod memory;
mod outbox;
mod rows;
mod sample;
mod tallies;
#[cfg(test)]
mod tests;
mod transactions;
mod whole;
mod words;
mod write;

pub use blobs::{
    a_body_is_kept_once_and_comes_back_in_its_pieces, all_blobs_are_listed_page_by_page,
    what_is_removed_goes_with_the_commit_and_only_what_nothing_names_is_unused,
};
pub use happened::{
    events_are_numbered_for_ever_and_go_with_their_message, what_a_rule_has_done_is_noted_by_message_and_rule,
};
pub use kept::{
    a_file_is_imported_as_it_was, a_report_is_kept_once_and_says_where_each_document_stands,
    classes_holds_and_tags_are_kept_by_message, entries_of_the_organisation_are_found_among_the_others,
    keys_are_noted_once, the_log_gives_back_what_was_written,
    what_is_erased_is_gone_but_for_the_digest_of_what_was_deposited,
};
pub use lists::{
    a_dossier_takes_the_place_of_those_that_it_replaces, a_message_comes_back_as_it_was_written,
    lists_are_in_the_order_of_numbers_and_pages_join, messages_are_found_by_the_transactions_of_which_they_speak,
    numbers_rise_with_the_second_and_within_it, what_is_worked_out_can_be_taken_away_and_written_anew,
    words_are_compared_without_case_and_accents,
};
pub use login::a_challenge_is_used_once_and_forgotten_when_it_expires;
pub use mailbox::{
    numbers_of_a_folder_hold_as_long_as_its_validity, what_is_gone_stays_gone_and_can_come_back,
    what_is_withheld_is_noted_until_it_comes,
};
pub use managed::a_managed_mailbox_keeps_what_was_said_and_what_was_seen_apart;
pub use memory::Memory;
pub use outbox::{
    a_key_outlives_its_message, a_ticket_is_found_by_its_key_and_its_state, what_becomes_of_a_ticket_is_kept,
};
pub use tallies::messages_and_recipients_are_counted_where_they_begin;
pub use transactions::{
    a_change_is_seen_whole_after_its_commit, a_change_that_fails_leaves_nothing, a_view_stays_as_it_was,
    changes_are_one_after_the_other,
};
pub use whole::{
    an_archive_over_it_gives_back_what_was_put, an_archive_over_it_makes_its_index_anew,
    an_archive_over_it_takes_large_and_empty_messages,
};

use crate::store::Backend;

/// All of them.
pub fn all<B: Backend + 'static>(empty: &dyn Fn() -> B) {
    let transactions = [
        a_change_that_fails_leaves_nothing,
        a_change_is_seen_whole_after_its_commit,
        a_view_stays_as_it_was,
        changes_are_one_after_the_other,
    ];
    let blobs = [
        a_body_is_kept_once_and_comes_back_in_its_pieces,
        all_blobs_are_listed_page_by_page,
        what_is_removed_goes_with_the_commit_and_only_what_nothing_names_is_unused,
    ];
    let lists = [
        a_message_comes_back_as_it_was_written,
        numbers_rise_with_the_second_and_within_it,
        lists_are_in_the_order_of_numbers_and_pages_join,
        words_are_compared_without_case_and_accents,
        messages_are_found_by_the_transactions_of_which_they_speak,
        a_dossier_takes_the_place_of_those_that_it_replaces,
        what_is_worked_out_can_be_taken_away_and_written_anew,
        messages_and_recipients_are_counted_where_they_begin,
    ];
    let kept = [
        classes_holds_and_tags_are_kept_by_message,
        the_log_gives_back_what_was_written,
        entries_of_the_organisation_are_found_among_the_others,
        a_report_is_kept_once_and_says_where_each_document_stands,
        what_is_erased_is_gone_but_for_the_digest_of_what_was_deposited,
        a_file_is_imported_as_it_was,
        keys_are_noted_once,
    ];
    let mailboxes = [
        numbers_of_a_folder_hold_as_long_as_its_validity,
        what_is_gone_stays_gone_and_can_come_back,
        what_is_withheld_is_noted_until_it_comes,
        events_are_numbered_for_ever_and_go_with_their_message,
        what_a_rule_has_done_is_noted_by_message_and_rule,
        a_managed_mailbox_keeps_what_was_said_and_what_was_seen_apart,
        a_challenge_is_used_once_and_forgotten_when_it_expires,
    ];
    let outbox =
        [a_ticket_is_found_by_its_key_and_its_state, what_becomes_of_a_ticket_is_kept, a_key_outlives_its_message];
    let whole = [
        an_archive_over_it_gives_back_what_was_put,
        an_archive_over_it_makes_its_index_anew,
        an_archive_over_it_takes_large_and_empty_messages,
    ];
    let all: [&[fn(&B)]; 6] = [&transactions, &blobs, &lists, &kept, &mailboxes, &outbox];
    all.into_iter().flatten().for_each(|holds| holds(&empty()));
    whole.into_iter().for_each(|holds: fn(B)| holds(empty()));
}
