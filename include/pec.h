/* pec: reads and verifies Italian certified e-mail (PEC), offline.
 *
 * Written by `cargo xtask header` from pec-ffi/src; do not change it by hand.
 *
 * The rules of every function:
 *
 *  - A function that can fail returns a pec_result. What it gives comes through the out-parameters behind its inputs,
 *    which are written when it returns PEC_OK and at no other time. PEC_OK is 0, no number ever changes its meaning, new
 *    ones may come.
 *  - The last parameter `error`, where there is one, may be NULL. When the call fails and it is not, an object that says
 *    why is written there; free it with pec_error_free.
 *  - Handles (`pec_message *`) are opaque. Whoever receives one through an out-parameter owns it and frees it once, with
 *    the function that its type names. NULL may be freed. No handle needs another one to live.
 *  - A function that takes a handle without `const` needs it alone. With `const`, any number of threads may use it at once.
 *  - A pec_str or pec_bytes belongs to the object that it was read from, and is gone with it. It has no NUL at its end.
 *  - Texts that are given are UTF-8 and end with NUL, bytes are given with their length. Times are seconds since 1970 in
 *    UTC, with no leap seconds.
 *  - Enumerations are given as uint32_t and checked. Several texts in one (addresses) have commas between them; where there
 *    may be none, an empty text says so, never NULL.
 *  - Nothing calls back into the host but the function of pec_set_log, and those that pec_archive_get_to, pec_archive_put_from,
 *    pec_archive_stamp and pec_archive_export_log are given, while these calls last and on their thread; and those of
 *    pec_secrets_host, on any thread, as long as the store or a hub with it lives. Long work is asked for what has happened
 *    (pec_event_next).
 *  - Flat calls write a text that ends with NUL into a buffer of the caller's; they need no structures.
 *  - What PEC_SANDBOX, PEC_ARCHIVE and PEC_WIRE show is in the library unless that was built without the features `sandbox`,
 *    `archive` and `wire`; pkg-config and CMake define them.
 *  - Every pointer is checked for NULL (PEC_NULL). A fault inside is caught (PEC_PANIC). After fork(), in the child of a
 *    process that had used the library, every call is refused (PEC_FORKED) but those that free or read an error.
 *
 * A verdict is never an error: a forged message is verified with PEC_OK.
 */

#ifndef PEC_H
#define PEC_H

#include <stddef.h>
#include <stdint.h>

// The version of this header as a text.
#define PEC_VERSION "0.1.0"

// First number of the version of this header.
#define PEC_VERSION_MAJOR 0

// Second number.
#define PEC_VERSION_MINOR 1

// Third number.
#define PEC_VERSION_PATCH 0

// How a call ended. `PEC_OK` is 0; no number is ever used for another meaning, new ones may be added.
//
// A verdict is never an error: a forged message is verified with `PEC_OK`.
enum pec_result
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // It is done; the outputs are written.
  PEC_OK = 0,
  // A pointer is NULL that must not be.
  PEC_NULL = 1,
  // A length that no object can have.
  PEC_BAD_LENGTH = 2,
  // A text is not UTF-8.
  PEC_BAD_UTF8 = 3,
  // A number is none of those that the parameter knows.
  PEC_BAD_VALUE = 4,
  // A time lies outside the years -9999 to 9999.
  PEC_BAD_TIME = 5,
  // There is no such thing: a position beyond the last, a field that the message does not have.
  PEC_ABSENT = 6,
  // The data are not certified; what the message claims can be read as a claim.
  PEC_NOT_CERTIFIED = 7,
  // The buffer is too small; the size that is needed is written.
  PEC_BUFFER_TOO_SMALL = 8,
  // The process was forked after the library had been used in it.
  PEC_FORKED = 9,
  // A fault of the library. Nothing was written.
  PEC_PANIC = 10,
  // A file cannot be read or written.
  PEC_FILE = 11,
  // A message is larger than the limit.
  PEC_TOO_LARGE = 12,
  // A file holds several messages where one is wanted.
  PEC_SEVERAL_MESSAGES = 13,
  // Trust data cannot be used.
  PEC_TRUST_DATA = 14,
  // This is not a certificate.
  PEC_CERTIFICATE = 15,
  // A revocation list or an OCSP answer cannot be read.
  PEC_EVIDENCE = 16,
  // A directory of providers cannot be read.
  PEC_DIRECTORY = 17,
  // A ledger holds as much as it can.
  PEC_LEDGER_FULL = 18,
  // The sandbox has no such mailbox.
  PEC_NO_MAILBOX = 19,
  // What an SMTP server answers in place of taking the message; its answer is the evidence.
  PEC_REJECTED = 20,
  // The clock of the sandbox cannot be turned there.
  PEC_CLOCK = 21,
  // Settings that make no sandbox, or do not fit this one.
  PEC_SETTINGS = 22,
  // A socket cannot be opened.
  PEC_LISTEN = 23,
  // Nothing has happened in the time that was given; the work goes on.
  PEC_TIMEOUT = 24,
  // This is no signed file (`.p7m`), or it holds no document.
  PEC_NOT_SIGNED = 25,
  // A signed file cannot be read.
  PEC_SIGNATURE_DAMAGED = 26,
  // There is too much of a signed file: of its bytes, layers, signers or certificates.
  PEC_SIGNATURE_LIMITS = 27,
  // There is no archive at this place.
  PEC_ARCHIVE_MISSING = 28,
  // Something is there already: an archive overwrites nothing.
  PEC_ARCHIVE_EXISTS = 29,
  // A file that is no archive of ours.
  PEC_ARCHIVE_NOT_AN_ARCHIVE = 30,
  // The file of the archive was deleted, moved or replaced while it was open.
  PEC_ARCHIVE_MOVED = 31,
  // The archive was written by a newer version.
  PEC_ARCHIVE_NEWER = 32,
  // The archive would lie on a network file system.
  PEC_ARCHIVE_NETWORK = 33,
  // Another process is writing to the archive.
  PEC_ARCHIVE_LOCKED = 34,
  // The disk is full.
  PEC_ARCHIVE_FULL = 35,
  // The archive cannot be written.
  PEC_ARCHIVE_READ_ONLY = 36,
  // The data are not what was stored.
  PEC_ARCHIVE_DAMAGED = 37,
  // The archive has nothing of this name.
  PEC_ARCHIVE_NOT_FOUND = 38,
  // A query cannot be understood; the evidence says where.
  PEC_ARCHIVE_QUERY = 39,
  // A value that the archive cannot take.
  PEC_ARCHIVE_VALUE = 40,
  // A time-stamp that proves nothing, or none.
  PEC_ARCHIVE_TIME_STAMP = 41,
  // A bundle would be larger than 4 GiB.
  PEC_ARCHIVE_BUNDLE = 42,
  // A report of deposit cannot be read.
  PEC_ARCHIVE_REPORT = 43,
  // A file or stream that an archive was given cannot be read or written.
  PEC_ARCHIVE_FILE = 44,
  // The disk on which the archive lies fails.
  PEC_ARCHIVE_DEVICE = 45,
  // A fault of the library, in the archive.
  PEC_ARCHIVE_INTERNAL = 46,
  // The archive is encrypted under keys that were not given, or is not encrypted.
  PEC_ARCHIVE_KEY = 47,
  // The store behind an archive does not do this by itself.
  PEC_ARCHIVE_UNSUPPORTED = 48,
  // The key of what is to be sent stands for another message already.
  PEC_ARCHIVE_KEY_REUSED = 49,
  // A provider would not take what is to be sent, or it cannot be written; the evidence has every reason.
  PEC_COMPOSE_REFUSED = 50,
  // A server cannot be reached.
  PEC_WIRE_UNREACHABLE = 51,
  // A server could not show that it is the right one, or does not encrypt.
  PEC_WIRE_TLS = 52,
  // A server does not let the user in; the evidence says which, and in which way.
  PEC_WIRE_ACCESS = 53,
  // A server refuses a command; the evidence has its text.
  PEC_WIRE_REFUSED = 54,
  // A server does not keep to the protocol.
  PEC_WIRE_PROTOCOL = 55,
  // A server was silent for too long.
  PEC_WIRE_DEADLINE = 56,
  // A connection broke.
  PEC_WIRE_LOST = 57,
  // A value that a call to a server cannot take.
  PEC_WIRE_VALUE = 58,
  // A file that was asked for cannot be written.
  PEC_WIRE_FILE = 59,
  // The work was ended by whoever began it.
  PEC_WIRE_CANCELLED = 60,
  // A fault of the library, on the wire.
  PEC_WIRE_INTERNAL = 61,
  // There would be more mailboxes than the hub takes.
  PEC_HUB_CAPACITY = 62,
  // A mailbox may not be opened: no mandate of its holder holds.
  PEC_HUB_MANDATE = 63,
  // No credential of the mailbox is kept.
  PEC_HUB_CREDENTIAL = 64,
  // A credential is not what was kept.
  PEC_SECRET_DAMAGED = 65,
  // The key or passphrase is not that of the store of credentials.
  PEC_SECRET_KEY = 66,
  // The file of credentials cannot be read or written.
  PEC_SECRET_FILE = 67,
  // The host's store of credentials, or the keyring, answers with an error.
  PEC_SECRET_STORE = 68,
  // The store of credentials cannot do this.
  PEC_SECRET_UNSUPPORTED = 69,
  // A value that a store of credentials cannot keep.
  PEC_SECRET_VALUE = 70,
  // A fault of the library, in a store of credentials.
  PEC_SECRET_INTERNAL = 71,
  // An address cannot be listened on.
  PEC_WIRE_LISTEN = 72,
  // It is not permitted, or cannot be done: the error has the reason. What was attempted is in the log of the archive.
  PEC_ARCHIVE_DENIED = 73,
  // The provider has said that the mailbox is revoked or annulled: it is not opened.
  PEC_HUB_SUSPENDED = 74,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_result pec_result;
#else
typedef uint32_t pec_result;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

#if defined(PEC_SANDBOX)
// What the access point did with a submission, for `pec_submission_answer`.
enum pec_submitted
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_SANDBOX)
  // Accepted and forwarded.
  PEC_SUBMITTED_ACCEPTED = 0,
#endif
#if defined(PEC_SANDBOX)
  // Refused for a formal reason.
  PEC_SUBMITTED_REFUSED = 1,
#endif
#if defined(PEC_SANDBOX)
  // Refused because of a virus.
  PEC_SUBMITTED_INFECTED = 2,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_submitted pec_submitted;
#else
typedef uint32_t pec_submitted;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_SANDBOX)
// What became of a message for one recipient, in truth.
enum pec_outcome
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_SANDBOX)
  // The access point did not accept the message.
  PEC_OUTCOME_REFUSED = 0,
#endif
#if defined(PEC_SANDBOX)
  // On its way, or waiting for a point that does not work.
  PEC_OUTCOME_UNDERWAY = 1,
#endif
#if defined(PEC_SANDBOX)
  // It lies in the recipient's mailbox.
  PEC_OUTCOME_DELIVERED = 2,
#endif
#if defined(PEC_SANDBOX)
  // It could not be delivered.
  PEC_OUTCOME_FAILED = 3,
#endif
#if defined(PEC_SANDBOX)
  // The recipient's provider found a virus and forwarded nothing.
  PEC_OUTCOME_INFECTED = 4,
#endif
#if defined(PEC_SANDBOX)
  // It left the certified network for an ordinary mailbox.
  PEC_OUTCOME_EXTERNAL = 5,
#endif
#if defined(PEC_SANDBOX)
  // An ordinary mail server refused it.
  PEC_OUTCOME_BOUNCED = 6,
#endif
#if defined(PEC_SANDBOX)
  // It got lost between the providers.
  PEC_OUTCOME_LOST = 7,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_outcome pec_outcome;
#else
typedef uint32_t pec_outcome;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_SANDBOX)
// Where a message in a mailbox of the sandbox comes from, in truth.
enum pec_origin
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_SANDBOX)
  // A provider issued it about the owner's own message, and nobody touched it.
  PEC_ORIGIN_GENUINE = 0,
#endif
#if defined(PEC_SANDBOX)
  // As genuine, with an edited outer header.
  PEC_ORIGIN_EDITED = 1,
#endif
#if defined(PEC_SANDBOX)
  // A second copy of a genuine message.
  PEC_ORIGIN_COPY = 2,
#endif
#if defined(PEC_SANDBOX)
  // Genuine, about somebody else's message.
  PEC_ORIGIN_FOREIGN = 3,
#endif
#if defined(PEC_SANDBOX)
  // Signed with a self-made certificate that names a provider.
  PEC_ORIGIN_FORGED = 4,
#endif
#if defined(PEC_SANDBOX)
  // Ordinary mail in an ordinary mailbox.
  PEC_ORIGIN_ORDINARY = 5,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_origin pec_origin;
#else
typedef uint32_t pec_origin;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

// What one message is worth as proof. Only the first two are proof that a licensed PEC provider signed these very bytes.
enum pec_verdict
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Genuine, nothing contradicts it.
  PEC_VERDICT_CERTIFIED = 1,
  // Genuine, but something around the signed data contradicts them.
  PEC_VERDICT_CERTIFIED_WITH_PROBLEMS = 2,
  // Intact, signed by somebody whom no PEC authority vouches for at the judged time.
  PEC_VERDICT_INTACT_BUT_UNTRUSTED = 3,
  // A genuine provider wrapped a message that is not certified (busta di anomalia).
  PEC_VERDICT_ANOMALY = 4,
  // Not a PEC at its root; a PEC stands inside and can be extracted and verified on its own.
  PEC_VERDICT_CONTAINS_PEC = 5,
  // The signed bytes have changed since they were signed.
  PEC_VERDICT_ALTERED = 6,
  // Built to deceive.
  PEC_VERDICT_FORGED = 7,
  // The signature could not be judged.
  PEC_VERDICT_UNVERIFIABLE = 8,
  // An ordinary message.
  PEC_VERDICT_NOT_PEC = 9,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_verdict pec_verdict;
#else
typedef uint32_t pec_verdict;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Kinds of events. New ones may be added: pass over those that are not known.
enum pec_event_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // A message was read and verified.
  PEC_EVENT_MESSAGE = 1,
  // A message or file could not be read.
  PEC_EVENT_UNREAD = 2,
  // All is done; the last event.
  PEC_EVENT_FINISHED = 3,
  // It was cancelled; the last event.
  PEC_EVENT_CANCELLED = 4,
  // It could not go on; the last event.
  PEC_EVENT_FAILED = 5,
  // Work on an archive is one hundredth further.
  PEC_EVENT_PROGRESS = 6,
  // A part of what the work comes to is there (`PEC_EVENT_JSON`): of work that goes on until it is ended.
  PEC_EVENT_REPORT = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_event_kind pec_event_kind;
#else
typedef uint32_t pec_event_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Languages in which texts are written.
enum pec_language
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Italian.
  PEC_LANGUAGE_IT = 0,
  // English.
  PEC_LANGUAGE_EN = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_language pec_language;
#else
typedef uint32_t pec_language;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The texts of an error, for `pec_error_text`.
enum pec_error_field
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The name of the code, such as `argument.null`. Stable.
  PEC_ERROR_CODE = 0,
  // Where it arose: `argument`, `file`, `trust`, `message`, `signature`, `compose`, `link`, `sandbox`, `archive`, `device`, `work`, `process`
  // or `internal`.
  PEC_ERROR_LAYER = 1,
  // The values that show it: a parameter, a file name, a position. May be empty.
  PEC_ERROR_EVIDENCE = 2,
  // What it means and what can be done, in Italian.
  PEC_ERROR_TEXT_IT = 3,
  // The same in English.
  PEC_ERROR_TEXT_EN = 4,
  // Of `PEC_ARCHIVE_DENIED`: the code of the refusal, such as `permission.missing`. Stable. Empty for every other error.
  PEC_ERROR_REASON = 5,
  // Of `PEC_ARCHIVE_DENIED`: the permission that was missing, such as `send`. May be empty.
  PEC_ERROR_MISSING = 6,
  // Of `PEC_ARCHIVE_DENIED`: what its code means, in Italian. Empty for every other error.
  PEC_ERROR_REASON_IT = 7,
  // The same in English.
  PEC_ERROR_REASON_EN = 8,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_error_field pec_error_field;
#else
typedef uint32_t pec_error_field;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How grave a line of the log is.
enum pec_log_level
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // A fault of the library.
  PEC_LOG_ERROR = 1,
  // A call that failed.
  PEC_LOG_WARNING = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_log_level pec_log_level;
#else
typedef uint32_t pec_log_level;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The time at which the signer is judged, for `pec_verifier_set_judged_at`.
enum pec_judged_at
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The time of signing, as the law asks.
  PEC_JUDGED_AT_SIGNING = 0,
  // The `now` of the call.
  PEC_JUDGED_AT_NOW = 1,
  // The time that is given.
  PEC_JUDGED_AT_TIME = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_judged_at pec_judged_at;
#else
typedef uint32_t pec_judged_at;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The mailbox in which messages were found.
enum pec_mailbox_role
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // A user's.
  PEC_MAILBOX_ROLE_USER = 0,
  // A provider's service mailbox (casella di servizio).
  PEC_MAILBOX_ROLE_SERVICE = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_mailbox_role pec_mailbox_role;
#else
typedef uint32_t pec_mailbox_role;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What to take out of a message, for `pec_message_extract`.
enum pec_extract
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The original message (`postacert.eml`).
  PEC_EXTRACT_ORIGINAL = 0,
  // The certification data (`daticert.xml`).
  PEC_EXTRACT_DATICERT = 1,
  // The attachments of the original message, of the message itself when it carries none.
  PEC_EXTRACT_ATTACHMENTS = 2,
  // The signature (`smime.p7s`).
  PEC_EXTRACT_SIGNATURE = 3,
  // The PECs inside an ordinary message, each to be verified on its own.
  PEC_EXTRACT_NESTED = 4,
  // The whole message as it was before a program transcoded it, to be verified on its own.
  PEC_EXTRACT_RESTORED = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_extract pec_extract;
#else
typedef uint32_t pec_extract;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The answers of a verification, for `pec_verification_text`. Names and times are those of the JSON report.
enum pec_answer
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Kind of message: the signed `tipo`, `anomalia` or `ordinary`.
  PEC_ANSWER_KIND = 0,
  // The verdict by its name, such as `certified-with-problems`.
  PEC_ANSWER_VERDICT = 1,
  // Are the signed bytes intact? `intact`, `altered`, `unsigned` or `unknown`.
  PEC_ANSWER_INTEGRITY = 2,
  // Was the signer trusted at the judged time?
  PEC_ANSWER_TRUST_AT_SIGNING = 3,
  // Is the signer trusted now?
  PEC_ANSWER_TRUST_NOW = 4,
  // What the time rests on: `proven` or `claimed`.
  PEC_ANSWER_TIME = 5,
  // What the evidence says about revocation.
  PEC_ANSWER_REVOCATION = 6,
  // The authority at the end of the path: `agid-ca1`, `digitpa-ca1` or `host:` and a SHA-256.
  PEC_ANSWER_ANCHOR = 7,
  // When it was signed, RFC 3339 in UTC.
  PEC_ANSWER_SIGNED_AT = 8,
  // Subject of the signer's certificate.
  PEC_ANSWER_SIGNER_SUBJECT = 9,
  // First e-mail address of the signer's certificate.
  PEC_ANSWER_SIGNER_EMAIL = 10,
  // Issuer of the signer's certificate.
  PEC_ANSWER_SIGNER_ISSUER = 11,
  // End of the life of the signer's certificate, RFC 3339 in UTC.
  PEC_ANSWER_SIGNER_NOT_AFTER = 12,
  // SHA-256 of the signer's certificate, hexadecimal.
  PEC_ANSWER_SIGNER_SHA256 = 13,
  // The verdict in a few words, Italian.
  PEC_ANSWER_TITLE_IT = 14,
  // The same in English.
  PEC_ANSWER_TITLE_EN = 15,
  // What the verdict means, Italian.
  PEC_ANSWER_EXPLANATION_IT = 16,
  // The same in English.
  PEC_ANSWER_EXPLANATION_EN = 17,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_answer pec_answer;
#else
typedef uint32_t pec_answer;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The texts of a finding, for `pec_verification_finding`.
enum pec_finding_field
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The name of the code, such as `cms.digest_mismatch`. Stable. `pec_explain` explains it.
  PEC_FINDING_CODE = 0,
  // How grave it is here: `info`, `warning`, `error` or `fatal`.
  PEC_FINDING_SEVERITY = 1,
  // Where it arose, such as `cms`.
  PEC_FINDING_LAYER = 2,
  // The evidence. May be empty. Parts of it may come from the message.
  PEC_FINDING_DETAIL = 3,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_finding_field pec_finding_field;
#else
typedef uint32_t pec_finding_field;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Fields of the certification data (dati di certificazione, `daticert.xml`).
enum pec_certdata_field
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Which message this is (`tipo`), such as `avvenuta-consegna`.
  PEC_CERTDATA_KIND = 0,
  // What went wrong (`errore`), `nessuno` for nothing.
  PEC_CERTDATA_ERROR = 1,
  // The sender (`mittente`).
  PEC_CERTDATA_SENDER = 2,
  // Every recipient of the original message (`destinatari`): one value each.
  PEC_CERTDATA_RECIPIENT = 3,
  // Whether the recipient at the same index is `certificato` or `esterno`.
  PEC_CERTDATA_RECIPIENT_CLASS = 4,
  // Where answers go (`risposte`).
  PEC_CERTDATA_REPLY_TO = 5,
  // Subject of the original message (`oggetto`).
  PEC_CERTDATA_SUBJECT = 6,
  // Name of the provider that certifies (`gestore-emittente`).
  PEC_CERTDATA_ISSUER = 7,
  // Local date as printed (`giorno`), `dd/mm/yyyy`.
  PEC_CERTDATA_DAY = 8,
  // Local time as printed (`ora`), `hh:mm:ss`.
  PEC_CERTDATA_HOUR = 9,
  // Offset from UTC as printed (`zona`), `+hhmm` or `-hhmm`.
  PEC_CERTDATA_ZONE = 10,
  // The instant of these three, RFC 3339 in UTC.
  PEC_CERTDATA_UTC = 11,
  // Identifier of the transaction (`identificativo`).
  PEC_CERTDATA_PEC_ID = 12,
  // Message-ID of the sender's program (`msgid`).
  PEC_CERTDATA_CLIENT_MESSAGE_ID = 13,
  // Form of receipt that was asked for (`ricevuta`): `completa`, `breve` or `sintetica`.
  PEC_CERTDATA_RECEIPT = 14,
  // Recipient to whom delivery was done or tried (`consegna`).
  PEC_CERTDATA_DELIVERED_TO = 15,
  // Recipients that a take-charge receipt covers (`ricezione`): one value each.
  PEC_CERTDATA_RECEIVED_FOR = 16,
  // Description of the error as printed (`errore-esteso`).
  PEC_CERTDATA_ERROR_DETAIL = 17,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_certdata_field pec_certdata_field;
#else
typedef uint32_t pec_certdata_field;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The texts about a finding code, for `pec_explain`.
enum pec_code_field
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // What it means for the proof and what to do, in Italian.
  PEC_CODE_EXPLANATION_IT = 0,
  // The same in English.
  PEC_CODE_EXPLANATION_EN = 1,
  // The rule that the check enforces.
  PEC_CODE_RULE = 2,
  // The layer in which it arises.
  PEC_CODE_LAYER = 3,
  // Its usual severity.
  PEC_CODE_SEVERITY = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_code_field pec_code_field;
#else
typedef uint32_t pec_code_field;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Whether take-charge receipts are expected among the messages.
enum pec_service_receipts
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // No: the mailboxes are users'.
  PEC_SERVICE_RECEIPTS_HIDDEN = 0,
  // Yes: those of a provider's service mailbox are there too.
  PEC_SERVICE_RECEIPTS_VISIBLE = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_service_receipts pec_service_receipts;
#else
typedef uint32_t pec_service_receipts;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How instants are read.
enum pec_reading
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // As signed.
  PEC_READING_PLAIN = 0,
  // For notifications: also when a delivery counts by art. 147 c.p.c.
  PEC_READING_ART_147 = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_reading pec_reading;
#else
typedef uint32_t pec_reading;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The values of a dossier, for `pec_dossiers_text`, `pec_dossiers_inner_text` and `pec_dossiers_number`. Texts are those of the
// JSON report. Fields of one list share their indices; *several* are values of one item, by their inner index.
enum pec_dossier_field
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Identifier of the transaction (identificativo).
  PEC_DOSSIER_PEC_ID = 0,
  // The certified sender.
  PEC_DOSSIER_SENDER = 1,
  // Subject of the message.
  PEC_DOSSIER_SUBJECT = 2,
  // Whose message it is.
  PEC_DOSSIER_SIDE = 3,
  // Name of the copy of what was sent.
  PEC_DOSSIER_SENT_COPY = 4,
  // Message-IDs of the sender's program: one value each.
  PEC_DOSSIER_MESSAGE_ID = 5,
  // Names of all copies of what was sent: one value each.
  PEC_DOSSIER_COPY = 6,
  // What the sender's own program knows the submission by.
  PEC_DOSSIER_SUBMISSION = 7,
  // When the sender's own program submitted it, RFC 3339 in UTC.
  PEC_DOSSIER_SUBMITTED_AT = 8,
  // Number: the event, by its index, that is the acceptance which counts.
  PEC_DOSSIER_ACCEPTANCE = 9,
  // Address of a recipient: one value each.
  PEC_DOSSIER_RECIPIENT_ADDRESS = 10,
  // `certificato` or `esterno`.
  PEC_DOSSIER_RECIPIENT_CLASS = 11,
  // Where the recipient stands, such as `delivered`.
  PEC_DOSSIER_RECIPIENT_STATE = 12,
  // Numbers: the events about the recipient, by their indices.
  PEC_DOSSIER_RECIPIENT_EVENT = 13,
  // Kind of a certified event: one value each.
  PEC_DOSSIER_EVENT_KIND = 20,
  // Whether it counts.
  PEC_DOSSIER_EVENT_STANDING = 21,
  // The recipient that it is about.
  PEC_DOSSIER_EVENT_RECIPIENT = 22,
  // When, RFC 3339 in UTC.
  PEC_DOSSIER_EVENT_AT = 23,
  // Name of the message that certifies it.
  PEC_DOSSIER_EVENT_SOURCE = 24,
  // The provider that certifies it.
  PEC_DOSSIER_EVENT_PROVIDER = 25,
  // Verdict on that message.
  PEC_DOSSIER_EVENT_VERDICT = 26,
  // Several: the recipients that a take-charge receipt covers.
  PEC_DOSSIER_EVENT_COVERED = 27,
  // When, in the offset in which it was printed.
  PEC_DOSSIER_EVENT_LOCAL = 28,
  // Message-ID of the receipt itself, which nobody signs.
  PEC_DOSSIER_EVENT_OWN_MESSAGE_ID = 29,
  // Whether the content of a delivery receipt was compared: one value for each receipt.
  PEC_DOSSIER_CONTENT_CHECKED = 30,
  // With which message.
  PEC_DOSSIER_CONTENT_AGAINST = 31,
  // How much of the content it proves.
  PEC_DOSSIER_CONTENT_PROVEN = 32,
  // Number: the event, by its index, of the receipt.
  PEC_DOSSIER_CONTENT_EVENT = 33,
  // `complete`, `brief` or `concise`.
  PEC_DOSSIER_CONTENT_FORM = 34,
  // Several: what the attachments of a brief receipt are called.
  PEC_DOSSIER_CONTENT_ATTACHMENT_NAME = 35,
  // Several: what came out for the attachment at the same inner index.
  PEC_DOSSIER_CONTENT_ATTACHMENT_OUTCOME = 36,
  // Several: the reading for which its hash holds.
  PEC_DOSSIER_CONTENT_ATTACHMENT_READING = 37,
  // Numbers, 0 or 1: whether that rests on SHA-1 alone.
  PEC_DOSSIER_CONTENT_ATTACHMENT_RESTS_ON_SHA1 = 38,
  // Several: codes of the findings on the content.
  PEC_DOSSIER_CONTENT_FINDING_CODE = 39,
  // For whom a legal instant counts: one value for each instant.
  PEC_DOSSIER_INSTANT_SIDE = 40,
  // The instant, RFC 3339 in UTC.
  PEC_DOSSIER_INSTANT_UTC = 41,
  // The same in Rome.
  PEC_DOSSIER_INSTANT_ROME = 42,
  // When it counts by art. 147 c.p.c., in Rome.
  PEC_DOSSIER_INSTANT_COUNTS_AT = 43,
  // Number: the event, by its index, that states it.
  PEC_DOSSIER_INSTANT_EVENT = 44,
  // The reading of art. 147 c.p.c.
  PEC_DOSSIER_INSTANT_ART_147 = 45,
  // Edition of the time zone data.
  PEC_DOSSIER_INSTANT_TIME_ZONE_DATA = 46,
  // Name of the message that states it.
  PEC_DOSSIER_INSTANT_SOURCE = 47,
  // Message-ID of that message, which nobody signs.
  PEC_DOSSIER_INSTANT_OWN_MESSAGE_ID = 48,
  // Several: codes of the findings on the instant.
  PEC_DOSSIER_INSTANT_FINDING_CODE = 49,
  // Kind of a claim, which proves nothing: one value each.
  PEC_DOSSIER_CLAIM_KIND = 50,
  // Name of the message that claims it.
  PEC_DOSSIER_CLAIM_SOURCE = 51,
  // Verdict on that message.
  PEC_DOSSIER_CLAIM_VERDICT = 52,
  // The recipient that it claims to be about.
  PEC_DOSSIER_CLAIM_RECIPIENT = 53,
  // Whom it claims to come from.
  PEC_DOSSIER_CLAIM_FROM = 54,
  // Message-ID of the claim itself.
  PEC_DOSSIER_CLAIM_OWN_MESSAGE_ID = 55,
  // Several: codes of the findings that make it a claim.
  PEC_DOSSIER_CLAIM_WEAKNESS = 56,
  // What is owed and has not come: one value each.
  PEC_DOSSIER_SILENCE_OWED = 60,
  // Since when, RFC 3339 in UTC.
  PEC_DOSSIER_SILENCE_SINCE = 61,
  // For which recipient.
  PEC_DOSSIER_SILENCE_RECIPIENT = 62,
  // Code of a finding: one value each.
  PEC_DOSSIER_FINDING_CODE = 70,
  // Its severity.
  PEC_DOSSIER_FINDING_SEVERITY = 71,
  // Its evidence.
  PEC_DOSSIER_FINDING_DETAIL = 72,
  // The recipient that it is about.
  PEC_DOSSIER_FINDING_RECIPIENT = 73,
  // Name of the message that it is about.
  PEC_DOSSIER_FINDING_SOURCE = 74,
  // Name of an ordinary bounce, which proves nothing: one value each.
  PEC_DOSSIER_BOUNCE_SOURCE = 80,
  // Several: the recipients that it names.
  PEC_DOSSIER_BOUNCE_RECIPIENT = 81,
  // Its status, such as `5.1.1`.
  PEC_DOSSIER_BOUNCE_STATUS = 82,
  // Number, 0 or 1: whether it came in an anomaly envelope.
  PEC_DOSSIER_BOUNCE_IN_ANOMALY = 83,
  // E-mail address in the signer's certificate.
  PEC_DOSSIER_EVENT_SIGNER = 120,
  // What went wrong (`errore`).
  PEC_DOSSIER_EVENT_ERROR = 121,
  // Description of the error as printed.
  PEC_DOSSIER_EVENT_ERROR_DETAIL = 122,
  // Form of receipt that was asked for.
  PEC_DOSSIER_EVENT_REQUESTED = 123,
  // What the receipt carries of the message.
  PEC_DOSSIER_EVENT_CARRIED = 124,
  // What its time rests on: `proven` or `claimed`.
  PEC_DOSSIER_EVENT_TIME = 125,
  // Several: codes of the findings that weaken it.
  PEC_DOSSIER_EVENT_WEAKNESS = 126,
  // Several: their severities.
  PEC_DOSSIER_CONTENT_FINDING_SEVERITY = 130,
  // Several: their evidence.
  PEC_DOSSIER_CONTENT_FINDING_DETAIL = 131,
  // Several: their severities.
  PEC_DOSSIER_INSTANT_FINDING_SEVERITY = 140,
  // Several: their evidence.
  PEC_DOSSIER_INSTANT_FINDING_DETAIL = 141,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_dossier_field pec_dossier_field;
#else
typedef uint32_t pec_dossier_field;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What stands beside the dossiers.
enum pec_beside
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Would-be receipts and ordinary bounces that speak of no message that is there. None of them is certified.
  PEC_BESIDE_STRAYS = 0,
  // Files that could not be read.
  PEC_BESIDE_UNREAD = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_beside pec_beside;
#else
typedef uint32_t pec_beside;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The texts of what stands beside the dossiers, for `pec_beside_text`.
enum pec_beside_field
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Name of the message or file.
  PEC_BESIDE_NAME = 0,
  // Of a stray: `claim` or `bounce`.
  PEC_BESIDE_ROLE = 1,
  // Of a stray that looks like a receipt: the verdict on it.
  PEC_BESIDE_VERDICT = 2,
  // Of a stray, several: the identifiers that it speaks of.
  PEC_BESIDE_ABOUT = 3,
  // Of what could not be read: why, in English.
  PEC_BESIDE_REASON = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_beside_field pec_beside_field;
#else
typedef uint32_t pec_beside_field;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The texts of an event, for `pec_event_text`.
enum pec_event_field
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Name of the message or file: its path as found, with `#` and a number in an mbox.
  PEC_EVENT_NAME = 0,
  // The verdict by its name.
  PEC_EVENT_VERDICT = 1,
  // The verification as JSON, as `pec verify --json` prints it; or the report.
  PEC_EVENT_JSON = 2,
  // Why something could not be read or could not go on, in Italian.
  PEC_EVENT_REASON_IT = 3,
  // The same in English.
  PEC_EVENT_REASON_EN = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_event_field pec_event_field;
#else
typedef uint32_t pec_event_field;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The texts of a part, for `pec_parts_text`.
enum pec_part_field
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Its type, such as `text/plain`.
  PEC_PART_MEDIA_TYPE = 0,
  // What it calls itself. Its sender chose it, it may hold anything: never use it as a path.
  PEC_PART_FILE_NAME = 1,
  // Its subject, where it has one.
  PEC_PART_SUBJECT = 2,
  // How the body travels: `quoted-printable`, `base64`, or `identity`: 7bit, 8bit, binary, or unknown.
  PEC_PART_TRANSFER_ENCODING = 3,
  // The content as text, in the character set that the part names.
  PEC_PART_CONTENT_TEXT = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_part_field pec_part_field;
#else
typedef uint32_t pec_part_field;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The numbers of a part, for `pec_parts_number`.
enum pec_part_number
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Parts around it: 0 for the message itself.
  PEC_PART_DEPTH = 0,
  // Where its first byte stands in `pec_message_bytes`, header included.
  PEC_PART_FROM = 1,
  // Bytes, header included, as they stand there.
  PEC_PART_BYTES = 2,
  // The position of the part around it; the message itself has none.
  PEC_PART_PARENT = 3,
  // 1 where it has parts of its own, else 0.
  PEC_PART_IS_MULTIPART = 4,
  // 1 where it is a message inside the message, else 0; the next part is that message then.
  PEC_PART_IS_MESSAGE = 5,
  // 1 where it stands inside such a message, else 0.
  PEC_PART_IS_NESTED = 6,
  // 1 where a multipart ends with its close delimiter, else 0: it was cut off, or never whole.
  PEC_PART_IS_CLOSED = 7,
  // 1 where a person would call it an attachment of the message, as `PEC_EXTRACT_ATTACHMENTS` takes them out of one that
  // carries no original; else 0.
  PEC_PART_IS_ATTACHMENT = 8,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_part_number pec_part_number;
#else
typedef uint32_t pec_part_number;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The bytes of a part, for `pec_parts_bytes`.
enum pec_part_bytes
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The body without its transfer encoding.
  PEC_PART_CONTENT = 0,
  // The body as it stands in the message.
  PEC_PART_BODY = 1,
  // Header and body as they stand: of the first part of a `multipart/signed` exactly the signed bytes.
  PEC_PART_RAW = 2,
  // The header as it stands.
  PEC_PART_HEADER = 3,
  // The text before the first part of a multipart.
  PEC_PART_PREAMBLE = 4,
  // The text after the close delimiter of a multipart.
  PEC_PART_EPILOGUE = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_part_bytes pec_part_bytes;
#else
typedef uint32_t pec_part_bytes;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What of a header field is wanted, for `pec_parts_header`.
enum pec_header_field
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Its name, as written.
  PEC_HEADER_NAME = 0,
  // Its value, unfolded, as it was received; bytes that are not UTF-8 are replaced.
  PEC_HEADER_VALUE = 1,
  // Its value decoded as unstructured text (RFC 2047), as for `Subject`.
  PEC_HEADER_DECODED = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_header_field pec_header_field;
#else
typedef uint32_t pec_header_field;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The texts about a state of a recipient, for `pec_state_text`.
enum pec_state_field
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The state in a few words, in Italian.
  PEC_STATE_TITLE_IT = 0,
  // The same in English.
  PEC_STATE_TITLE_EN = 1,
  // What it means, in Italian.
  PEC_STATE_EXPLANATION_IT = 2,
  // The same in English.
  PEC_STATE_EXPLANATION_EN = 3,
  // One character for lists: a tick, a cross.
  PEC_STATE_MARK = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_state_field pec_state_field;
#else
typedef uint32_t pec_state_field;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

#if defined(PEC_ARCHIVE)
// What an entry says, for `pec_page_text`, `pec_page_number` and `pec_page_value_count`.
enum pec_entry_field
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_ARCHIVE)
  // SHA-256 of the bytes.
  PEC_ENTRY_ID = 0,
#endif
#if defined(PEC_ARCHIVE)
  // A number: bytes.
  PEC_ENTRY_SIZE = 1,
#endif
#if defined(PEC_ARCHIVE)
  // A time: when it was stored, by the host's clock.
  PEC_ENTRY_STORED_AT = 2,
#endif
#if defined(PEC_ARCHIVE)
  // *tipo*, *anomalia* or `ordinary`.
  PEC_ENTRY_KIND = 3,
#endif
#if defined(PEC_ARCHIVE)
  // The verdict by its name.
  PEC_ENTRY_VERDICT = 4,
#endif
#if defined(PEC_ARCHIVE)
  // Several: codes of what is wrong with it, where a person should look at it.
  PEC_ENTRY_QUARANTINE = 5,
#endif
#if defined(PEC_ARCHIVE)
  // A time: what the provider certified.
  PEC_ENTRY_CERTIFIED_AT = 6,
#endif
#if defined(PEC_ARCHIVE)
  // A time: when the certificate of its signer ends.
  PEC_ENTRY_EXPIRES = 7,
#endif
#if defined(PEC_ARCHIVE)
  // *identificativo*.
  PEC_ENTRY_PEC_ID = 8,
#endif
#if defined(PEC_ARCHIVE)
  // *msgid*, or the Message-ID of a copy.
  PEC_ENTRY_MESSAGE_ID = 9,
#endif
#if defined(PEC_ARCHIVE)
  // The sender, certified where anything is.
  PEC_ENTRY_SENDER = 10,
#endif
#if defined(PEC_ARCHIVE)
  // The subject, certified where anything is.
  PEC_ENTRY_SUBJECT = 11,
#endif
#if defined(PEC_ARCHIVE)
  // Several: the mailboxes in which it was found.
  PEC_ENTRY_MAILBOXES = 12,
#endif
#if defined(PEC_ARCHIVE)
  // Several: tags of the host.
  PEC_ENTRY_TAGS = 13,
#endif
#if defined(PEC_ARCHIVE)
  // A time: the date by which it stands in lists: what was certified, else the date of its header, else when it was stored.
  PEC_ENTRY_DATED_AT = 14,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_entry_field pec_entry_field;
#else
typedef uint32_t pec_entry_field;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_ARCHIVE)
// What a selection is, for `pec_work_deposit`.
enum pec_selection
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_ARCHIVE)
  // A query, as for `pec_archive_search`.
  PEC_SELECTION_QUERY = 0,
#endif
#if defined(PEC_ARCHIVE)
  // Identifiers of messages, with commas between them.
  PEC_SELECTION_MESSAGES = 1,
#endif
#if defined(PEC_ARCHIVE)
  // Transactions, *identificativo* or *msgid*, with commas between them.
  PEC_SELECTION_TRANSACTIONS = 2,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_selection pec_selection;
#else
typedef uint32_t pec_selection;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_ARCHIVE)
// What an encrypted archive lets be searched for. The index itself cannot be encrypted.
enum pec_searchable
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_ARCHIVE)
  // Kinds, verdicts, states, dates, identifiers, addresses of dossiers, mailboxes, tags, digests of attachments: whoever has the
  // file can read them. No subject, no text, no name of an attachment.
  PEC_SEARCHABLE_FIELDS = 0,
#endif
#if defined(PEC_ARCHIVE)
  // Every word too: whoever has the file can read which words are in which message, and every subject.
  PEC_SEARCHABLE_WORDS = 1,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_searchable pec_searchable;
#else
typedef uint32_t pec_searchable;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

// The texts of a draft, for `pec_draft_set`. An empty one takes away what was there.
enum pec_draft_field
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The subject.
  PEC_DRAFT_SUBJECT = 0,
  // The text.
  PEC_DRAFT_TEXT = 1,
  // The text as HTML as well.
  PEC_DRAFT_HTML = 2,
  // Which delivery receipt is asked for: `completa`, which is what counts where nothing is set, `breve` or `sintetica`. A brief
  // one has digests in the place of attachments: it proves their content only beside what was sent.
  PEC_DRAFT_RECEIPT = 3,
  // Its Message-ID, without brackets; where none is set, one is made of the seed.
  PEC_DRAFT_MESSAGE_ID = 4,
  // The Message-ID of what is answered, without brackets.
  PEC_DRAFT_IN_REPLY_TO = 5,
  // The Message-IDs of what went before, with commas between them.
  PEC_DRAFT_REFERENCES = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_draft_field pec_draft_field;
#else
typedef uint32_t pec_draft_field;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Where a recipient stands.
enum pec_addressed
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // In To: he gets the receipt that is asked for.
  PEC_ADDRESSED_TO = 0,
  // In Cc: for him the delivery receipt is always concise (RFC 6109 §3.3.2).
  PEC_ADDRESSED_CC = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_addressed pec_addressed;
#else
typedef uint32_t pec_addressed;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The conditions, for `pec_conditions_set`.
enum pec_condition
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Bytes of one message.
  PEC_CONDITION_MESSAGE_BYTES = 0,
  // Bytes of the message times recipients.
  PEC_CONDITION_PRODUCT = 1,
  // Recipients of one message.
  PEC_CONDITION_RECIPIENTS = 2,
  // Bytes of one attachment, decoded, from which on it is remarked.
  PEC_CONDITION_ATTACHMENT_BYTES = 3,
  // Whether what is sent is kept byte for byte by whoever sends it: 1, as an archive does and as counts at first, or 0.
  PEC_CONDITION_KEPT = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_condition pec_condition;
#else
typedef uint32_t pec_condition;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The texts of a reason, for `pec_refusals_text`.
enum pec_refusal_field
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The name of its code, such as `send.bcc`. Stable.
  PEC_REFUSAL_CODE = 0,
  // `refused` where it keeps the message from being sent, else `warning`.
  PEC_REFUSAL_WEIGHT = 1,
  // Where, and what was found: a field, a line, an attachment, a number. May be empty.
  PEC_REFUSAL_DETAIL = 2,
  // The rule that it enforces.
  PEC_REFUSAL_RULE = 3,
  // What it means and what to do, in Italian.
  PEC_REFUSAL_TEXT_IT = 4,
  // The same in English.
  PEC_REFUSAL_TEXT_EN = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_refusal_field pec_refusal_field;
#else
typedef uint32_t pec_refusal_field;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Whose tax identifier it is, by its form.
enum pec_tax_id_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Sixteen characters: a person (*codice fiscale*).
  PEC_TAX_ID_PERSON = 0,
  // Eleven digits: a body or a business (*partita IVA*); also the provisional one of a person.
  PEC_TAX_ID_BODY = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_tax_id_kind pec_tax_id_kind;
#else
typedef uint32_t pec_tax_id_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

#if defined(PEC_ARCHIVE)
// What a person has found out of a message of which nobody knew whether it had gone.
enum pec_resolution
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_ARCHIVE)
  // It has gone: it will not be sent again.
  PEC_RESOLUTION_SENT = 0,
#endif
#if defined(PEC_ARCHIVE)
  // It has not: it waits to be sent. Whoever says so wrongly sends it twice.
  PEC_RESOLUTION_NOT_SENT = 1,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_resolution pec_resolution;
#else
typedef uint32_t pec_resolution;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_ARCHIVE)
// What a rule does.
enum pec_action
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_ARCHIVE)
  // Put it into a folder of the host's (*fascicolo*): the tag `fascicolo/NAME`.
  PEC_ACTION_FILE = 0,
#endif
#if defined(PEC_ARCHIVE)
  // Give it a tag.
  PEC_ACTION_TAG = 1,
#endif
#if defined(PEC_ARCHIVE)
  // Assign it to somebody: the tag `assegnato/NAME`.
  PEC_ACTION_ASSIGN = 2,
#endif
#if defined(PEC_ARCHIVE)
  // Hold it for a case: it cannot be erased until that is released.
  PEC_ACTION_HOLD = 3,
#endif
#if defined(PEC_ARCHIVE)
  // Forward it to this address. The archive sends nothing: whoever follows the events does.
  PEC_ACTION_FORWARD = 4,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_action pec_action;
#else
typedef uint32_t pec_action;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_ARCHIVE)
// How far somebody sees.
enum pec_scope
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_ARCHIVE)
  // The program itself: everything.
  PEC_SCOPE_HOST = 0,
#endif
#if defined(PEC_ARCHIVE)
  // First level (*Cliente*): a client with all its accounts.
  PEC_SCOPE_CLIENT = 1,
#endif
#if defined(PEC_ARCHIVE)
  // Second level (*Account*): itself alone.
  PEC_SCOPE_ACCOUNT = 2,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_scope pec_scope;
#else
typedef uint32_t pec_scope;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_ARCHIVE)
// In what something is to be done.
enum pec_object
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_ARCHIVE)
  // In the mailbox as a whole.
  PEC_OBJECT_MAILBOX = 0,
#endif
#if defined(PEC_ARCHIVE)
  // In a folder of it, whatever the tags.
  PEC_OBJECT_FOLDER = 1,
#endif
#if defined(PEC_ARCHIVE)
  // To one message: its folder, and all of its tags.
  PEC_OBJECT_MESSAGE = 2,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_object pec_object;
#else
typedef uint32_t pec_object;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_ARCHIVE)
// How a log is written out.
enum pec_log_format
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_ARCHIVE)
  // One JSON object in each line, as it stands in the log, with its number.
  PEC_LOG_FORMAT_NDJSON = 0,
#endif
#if defined(PEC_ARCHIVE)
  // A table (RFC 4180): what a sender wrote is no formula to a spreadsheet.
  PEC_LOG_FORMAT_CSV = 1,
#endif
#if defined(PEC_ARCHIVE)
  // The same behind a byte order mark, by which spreadsheets know that it is UTF-8.
  PEC_LOG_FORMAT_CSV_WITH_MARK = 2,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_log_format pec_log_format;
#else
typedef uint32_t pec_log_format;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

// The limits on one message, for `pec_limits_set` and `pec_limits_value`. All are inclusive. One that is hit is a finding
// (`mime.limits`, `cms.limits`, `daticert.limits`), but for `PEC_LIMIT_MESSAGE_BYTES`, which is `PEC_TOO_LARGE`.
enum pec_limit
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Bytes of one message: it is held whole.
  PEC_LIMIT_MESSAGE_BYTES = 0,
  // Bytes of one header block.
  PEC_LIMIT_HEADER_BYTES = 1,
  // Fields of one header block.
  PEC_LIMIT_HEADER_FIELDS = 2,
  // Parts of one message, those of nested messages included.
  PEC_LIMIT_PARTS = 3,
  // Depth of nested parts and messages.
  PEC_LIMIT_DEPTH = 4,
  // Characters of a boundary.
  PEC_LIMIT_BOUNDARY_BYTES = 5,
  // Bytes of the decoded signature (`smime.p7s`).
  PEC_LIMIT_SIGNATURE_BYTES = 6,
  // Signers of one signature.
  PEC_LIMIT_SIGNERS = 7,
  // Certificates that travel in one signature.
  PEC_LIMIT_CERTIFICATES = 8,
  // Attributes of one signer.
  PEC_LIMIT_ATTRIBUTES = 9,
  // Signature checks spent on the search of one certification path.
  PEC_LIMIT_PATH_SIGNATURES = 10,
  // Certificates of one path.
  PEC_LIMIT_PATH_LENGTH = 11,
  // Bytes of the decoded certification data (`daticert.xml`).
  PEC_LIMIT_DATICERT_BYTES = 12,
  // Recipients in the certification data.
  PEC_LIMIT_RECIPIENTS = 13,
  // Bytes of one text of the certification data.
  PEC_LIMIT_DATICERT_TEXT_BYTES = 14,
  // Levels of the certification data.
  PEC_LIMIT_DATICERT_DEPTH = 15,
  // Bytes of one decoded attachment or nested message.
  PEC_LIMIT_DECODED_BYTES = 16,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_limit pec_limit;
#else
typedef uint32_t pec_limit;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The fields of a record of the directory.
enum pec_provider_field
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Name of the provider (`providerName`).
  PEC_PROVIDER_NAME = 0,
  // Name of the secondary environment (`providerUnit`); the main one has none.
  PEC_PROVIDER_UNIT = 1,
  // Service mailbox that receives take-charge receipts (`mailReceipt`).
  PEC_PROVIDER_MAIL_RECEIPT = 2,
  // The mail domains that it manages (`managedDomains`), as printed: one value each.
  PEC_PROVIDER_DOMAIN = 3,
  // SHA-1 of each certificate with which it signs, hexadecimal: the key under which providers look it up.
  PEC_PROVIDER_CERTIFICATE_SHA1 = 4,
  // SHA-256 of the certificate at the same index.
  PEC_PROVIDER_CERTIFICATE_SHA256 = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_provider_field pec_provider_field;
#else
typedef uint32_t pec_provider_field;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The texts of a signer, for `pec_cades_signer_text`.
enum pec_signer_field
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Whether the document is the one that the key signed: `intact`, `altered`, `unsupported` (the algorithm is not known, or
  // nobody should rely on it any more), or `certificate-missing`.
  PEC_SIGNER_INTEGRITY = 0,
  // The subject of the certificate that the file holds, for display: a claim, nothing vouches for it.
  PEC_SIGNER_SUBJECT = 1,
  // The digest over the document, such as `sha256`.
  PEC_SIGNER_DIGEST = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_signer_field pec_signer_field;
#else
typedef uint32_t pec_signer_field;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// The numbers of a signer, for `pec_cades_signer_number`.
enum pec_signer_number
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // When it was signed, as the signer states it: seconds since 1970 (UTC). A claim.
  PEC_SIGNER_SIGNING_TIME = 0,
  // 1 where the signature names its certificate by a digest, as CAdES asks (ETSI EN 319 122-1 §5.2.2), else 0.
  PEC_SIGNER_NAMES_CERTIFICATE = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_signer_number pec_signer_number;
#else
typedef uint32_t pec_signer_number;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

#if defined(PEC_WIRE)
// What a credential of a mailbox is for.
enum pec_secret_field
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_WIRE)
  // Reading, and sending where nothing else is kept for it.
  PEC_SECRET_FIELD_ACCESS = 0,
#endif
#if defined(PEC_WIRE)
  // Sending alone.
  PEC_SECRET_FIELD_SUBMISSION = 1,
#endif
#if defined(PEC_WIRE)
  // With which programs log in to a gateway: never what a provider knows.
  PEC_SECRET_FIELD_GATEWAY = 2,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_secret_field pec_secret_field;
#else
typedef uint32_t pec_secret_field;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_WIRE)
// Where a password comes from.
enum pec_credential_origin
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_WIRE)
  // The holder's own.
  PEC_ORIGIN_HOLDER = 0,
#endif
#if defined(PEC_WIRE)
  // Made by the provider for mail programs, as they ask where a second factor is on.
  PEC_ORIGIN_GENERATED = 1,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_credential_origin pec_credential_origin;
#else
typedef uint32_t pec_credential_origin;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_WIRE)
// Which mailboxes are listed.
enum pec_hub_only
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_WIRE)
  // All.
  PEC_HUB_ALL = 0,
#endif
#if defined(PEC_WIRE)
  // Those with messages that have come since they were seen the last time.
  PEC_HUB_NEW = 1,
#endif
#if defined(PEC_WIRE)
  // Those with messages that nobody has marked as read.
  PEC_HUB_UNREAD = 2,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_hub_only pec_hub_only;
#else
typedef uint32_t pec_hub_only;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_WIRE)
// In which order mailboxes are listed.
enum pec_hub_sort
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_WIRE)
  // Of addresses.
  PEC_SORT_ADDRESS = 0,
#endif
#if defined(PEC_WIRE)
  // Of clients.
  PEC_SORT_CLIENT = 1,
#endif
#if defined(PEC_WIRE)
  // Most new messages first.
  PEC_SORT_NEW = 2,
#endif
#if defined(PEC_WIRE)
  // Most unread messages first.
  PEC_SORT_UNREAD = 3,
#endif
#if defined(PEC_WIRE)
  // The fullest first.
  PEC_SORT_FULLEST = 4,
#endif
#if defined(PEC_WIRE)
  // The one that was not seen to be well for the longest time first.
  PEC_SORT_STALEST = 5,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_hub_sort pec_hub_sort;
#else
typedef uint32_t pec_hub_sort;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_WIRE)
// What becomes of a message of which a server refuses some recipients.
enum pec_partial
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_WIRE)
  // It goes to nobody.
  PEC_PARTIAL_NOTHING = 0,
#endif
#if defined(PEC_WIRE)
  // It goes to the others.
  PEC_PARTIAL_REST = 1,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_partial pec_partial;
#else
typedef uint32_t pec_partial;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_WIRE)
// In which encoding a table is written.
enum pec_table_encoding
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_WIRE)
  // UTF-8 with a byte order mark.
  PEC_TABLE_UTF8 = 0,
#endif
#if defined(PEC_WIRE)
  // Windows-1252.
  PEC_TABLE_WINDOWS_1252 = 1,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_table_encoding pec_table_encoding;
#else
typedef uint32_t pec_table_encoding;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_SANDBOX)
// The providers of a sandbox, by their hosts.
enum pec_house
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_SANDBOX)
  // `pec.alfa.example`.
  PEC_HOUSE_ALFA = 0,
#endif
#if defined(PEC_SANDBOX)
  // `cert.beta.example`.
  PEC_HOUSE_BETA = 1,
#endif
#if defined(PEC_SANDBOX)
  // The third one, `pec.gamma.example`.
  PEC_HOUSE_GAMMA = 2,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_house pec_house;
#else
typedef uint32_t pec_house;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_SANDBOX)
// Whether a mailbox of the sandbox takes messages.
enum pec_mailbox_state
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_SANDBOX)
  // It does.
  PEC_MAILBOX_ACTIVE = 0,
#endif
#if defined(PEC_SANDBOX)
  // Nothing fits in any more: the sender gets a failure.
  PEC_MAILBOX_FULL = 1,
#endif
#if defined(PEC_SANDBOX)
  // It exists, takes nothing, and cannot send.
  PEC_MAILBOX_DISABLED = 2,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_mailbox_state pec_mailbox_state;
#else
typedef uint32_t pec_mailbox_state;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_SANDBOX)
// What goes wrong with a message between who issues it and the mailbox.
enum pec_fault
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_SANDBOX)
  // It never arrives.
  PEC_FAULT_LOST = 0,
#endif
#if defined(PEC_SANDBOX)
  // It arrives later, by the seconds that are given.
  PEC_FAULT_LATE = 1,
#endif
#if defined(PEC_SANDBOX)
  // It arrives twice.
  PEC_FAULT_DUPLICATED = 2,
#endif
#if defined(PEC_SANDBOX)
  // It waits until another one was put into the same mailbox, an hour at most.
  PEC_FAULT_REORDERED = 3,
#endif
#if defined(PEC_SANDBOX)
  // A genuine receipt of the same kind about somebody else's message is put beside it.
  PEC_FAULT_FOREIGN = 4,
#endif
#if defined(PEC_SANDBOX)
  // A forged one is put beside it, signed with a self-made certificate that names the provider.
  PEC_FAULT_FORGED = 5,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_fault pec_fault;
#else
typedef uint32_t pec_fault;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_SANDBOX)
// How often a fault applies.
enum pec_chance
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_SANDBOX)
  // Each time; the number is not looked at.
  PEC_CHANCE_ALWAYS = 0,
#endif
#if defined(PEC_SANDBOX)
  // The next so many times.
  PEC_CHANCE_TIMES = 1,
#endif
#if defined(PEC_SANDBOX)
  // Once in so many, the same in every run; never for 0.
  PEC_CHANCE_ONE_IN = 2,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_chance pec_chance;
#else
typedef uint32_t pec_chance;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_SANDBOX)
// A point of a provider that can be out of order.
enum pec_point
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_SANDBOX)
  // Nothing reaches the provider; others keep what they have for 24 hours.
  PEC_POINT_INCOMING = 0,
#endif
#if defined(PEC_SANDBOX)
  // Envelopes are taken in charge and wait.
  PEC_POINT_DELIVERY = 1,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_point pec_point;
#else
typedef uint32_t pec_point;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_SANDBOX)
// How the clock of a sandbox that serves goes.
enum pec_sandbox_clock
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_SANDBOX)
  // It stands until it is turned; receipts come at once.
  PEC_SANDBOX_CLOCK_TURNED = 0,
#endif
#if defined(PEC_SANDBOX)
  // It goes with the machine's; turning puts it ahead.
  PEC_SANDBOX_CLOCK_SYSTEM = 1,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_sandbox_clock pec_sandbox_clock;
#else
typedef uint32_t pec_sandbox_clock;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_SANDBOX)
// The sockets of a sandbox that serves.
enum pec_sandbox_socket
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_SANDBOX)
  // SMTP with TLS from the first byte.
  PEC_SANDBOX_SOCKET_SMTPS = 0,
#endif
#if defined(PEC_SANDBOX)
  // SMTP with STARTTLS.
  PEC_SANDBOX_SOCKET_SUBMISSION = 1,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_sandbox_socket pec_sandbox_socket;
#else
typedef uint32_t pec_sandbox_socket;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_SANDBOX)
// The files of a sandbox that serves.
enum pec_sandbox_file
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
#if defined(PEC_SANDBOX)
  // PEM: the authority that mail clients have to trust for TLS.
  PEC_SANDBOX_FILE_TLS_AUTHORITY = 0,
#endif
#if defined(PEC_SANDBOX)
  // PEM: the authority of the providers, for `pec verify --anchor`.
  PEC_SANDBOX_FILE_ANCHOR = 1,
#endif
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum pec_sandbox_file pec_sandbox_file;
#else
typedef uint32_t pec_sandbox_file;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus
#endif

#if defined(PEC_ARCHIVE)
// An archive that is open, and in whose name it is used: made by `pec_archive_create`, `pec_archive_open`,
// `pec_archive_open_read_only`, the same with keys, `pec_archive_as` and `pec_archive_as_operator`, freed by `pec_archive_free`, which no other call may be using.
//
// Any number of threads may use it at once: they read side by side and write one after the other. Other processes may have
// the same file open. Work that it has begun lives without it. In a forked child `pec_archive_free` does nothing: the file
// is the parent's.
typedef struct pec_archive pec_archive;
#endif

// Bytes that a call has made, freed by `pec_blob_free`. They never change and may be shared between threads.
typedef struct pec_blob pec_blob;

// A signed file (CAdES), opened: the signatures around each other, the outermost first, and the document inside. It never
// changes, may be shared between threads, and lives without the bytes that it was opened from.
typedef struct pec_cades pec_cades;

#if defined(PEC_ARCHIVE)
// What came back for a challenge: made by `pec_card_answer_cms` or `pec_card_answer_bare`, freed by `pec_card_answer_free`. It can be
// changed until it is freed.
typedef struct pec_card_answer pec_card_answer;
#endif

// A message ready to be sent: bytes that nothing may change any more, and for whom they are. It never changes, may be shared
// between threads, and lives without the draft.
typedef struct pec_composed pec_composed;

// What the provider of a sender takes, as far as it is known. It can be changed until it is freed.
typedef struct pec_conditions pec_conditions;

#if defined(PEC_WIRE)
// Who enters a mailbox, and until when: made by `pec_credential_new`, freed by `pec_credential_free`, which overwrites the
// password. Whatever is given one takes a copy. No call of this library changes a password with the provider.
typedef struct pec_credential pec_credential;
#endif

#if defined(PEC_ARCHIVE)
// What a host says of the documents and packages of a deposit. It can be changed until it is freed; work takes a copy.
typedef struct pec_deposit pec_deposit;
#endif

// The directory of providers (indice dei gestori), which only licensed providers can fetch.
//
// It never changes and may be shared between threads; a verifier takes a copy. What it says is as true as the file that it
// was read from.
typedef struct pec_directory pec_directory;

// The dossiers of a mailbox, one for each message that was sent; beside them what speaks of no message that is there, and
// what could not be read. They never change and may be shared between threads.
typedef struct pec_dossiers pec_dossiers;

// What a person wants to send (*bozza*). It can be changed until it is freed.
typedef struct pec_draft pec_draft;

// Why a call failed, as an object: made by the call, owned by the caller, freed by `pec_error_free`.
//
// It never changes and may be shared between threads.
typedef struct pec_error pec_error;

// What has happened: made by `pec_event_next`, freed by `pec_event_free`. It never changes, may be shared between threads, and
// lives without the work.
typedef struct pec_event pec_event;

// Revocation lists and OCSP answers that the host gives.
//
// It can be changed until it is freed; a verifier takes a copy.
typedef struct pec_evidence pec_evidence;

// What was taken out of a message: a list. It never changes, may be shared between threads, and lives without the
// message.
typedef struct pec_extracted pec_extracted;

#if defined(PEC_WIRE)
// Mailboxes of many holders with any provider, managed together: made by `pec_hub_open`, freed by `pec_hub_free`. Any number of
// threads may use it at once; what it has begun lives without it. In a forked child `pec_hub_free` does nothing: the file of
// the archive is the parent's.
typedef struct pec_hub pec_hub;
#endif

#if defined(PEC_ARCHIVE)
// Identifiers of messages: of those that were put, or of those that were found. They never change and may be shared between
// threads.
typedef struct pec_ids pec_ids;
#endif

#if defined(PEC_ARCHIVE)
// How messages are judged when they come in, and where they were found. It can be changed until it is freed; work that is
// begun with it takes a copy. Calls that only use it may be made on any number of threads at once.
typedef struct pec_intake pec_intake;
#endif

#if defined(PEC_ARCHIVE)
// Roots of a log that the host kept elsewhere, each with whoever vouches for it: made by `pec_kept_roots_new`, freed by
// `pec_kept_roots_free`.
typedef struct pec_kept_roots pec_kept_roots;
#endif

#if defined(PEC_ARCHIVE)
// The keys by which an archive is encrypted and opened, one at least: made by `pec_keys_new`, freed by `pec_keys_free`. What is
// opened with them lives without them. What they hold is overwritten when they are freed; of the bytes that were given the
// caller overwrites his own copy.
typedef struct pec_keys pec_keys;
#endif

// Verified messages, tied to each other by what they are about. Adding needs it alone; reading may be shared.
//
// It keeps every message that is a receipt, an envelope or a copy of what was sent, with its bytes: their sum is the memory
// that it takes.
typedef struct pec_ledger pec_ledger;

// How much of a message is read.
//
// It can be changed until it is freed; a verifier takes a copy, and so does a message that is parsed with it.
typedef struct pec_limits pec_limits;

#if defined(PEC_ARCHIVE)
// A key with which the host signs roots of the log (Ed25519): made by `pec_log_key_new`, freed by `pec_log_key_free`. Where its
// secret is kept decides what a signature is worth: whoever has the file of the archive and this key can sign another log.
typedef struct pec_log_key pec_log_key;
#endif

// A message: its bytes and the tree of its parts. It never changes and may be shared between threads.
typedef struct pec_message pec_message;

#if defined(PEC_ARCHIVE)
// Entries of messages: what the index knows of them, newest first. It is what verification said when a message came in, or was
// last judged; what has to be proven is verified from the bytes. It never changes and may be shared between threads.
typedef struct pec_page pec_page;
#endif

// The parts of a message in the order of its bytes, the message itself first, and those of messages inside it. They never
// change, may be shared between threads, and live without the message.
typedef struct pec_parts pec_parts;

// What was found out about a bundle. It never changes and may be shared between threads.
typedef struct pec_proof pec_proof;

// Reasons why a message should not be sent as it is. They never change and may be shared between threads.
typedef struct pec_refusals pec_refusals;

#if defined(PEC_ARCHIVE)
// Rules, in the order in which they act. They can be changed until they are freed; nothing of them is kept in the archive but
// which has acted on which message.
typedef struct pec_rules pec_rules;
#endif

#if defined(PEC_SANDBOX)
// Two or three PEC providers in this process, with mailboxes and a clock that is turned: for tests and trials. Whoever
// trusts its authority trusts everybody: its keys are public.
//
// What changes it needs it alone; reading may be shared. While `pec_sandbox_serve` lasts, mail clients use it too, which
// takes care of itself. Freed by `pec_sandbox_free`, which ends the server and its threads.
typedef struct pec_sandbox pec_sandbox;
#endif

#if defined(PEC_WIRE)
// A store of passwords: made by `pec_secrets_open`, `pec_secrets_open_with_passphrase` and `pec_secrets_host`, freed by
// `pec_secrets_free`. Any number of threads may use it at once, and other processes the same file. A hub lives without it.
typedef struct pec_secrets pec_secrets;
#endif

#if defined(PEC_SANDBOX)
// What the access point answered: made by `pec_sandbox_submit`, freed by `pec_submission_free`. It never changes, may be
// shared between threads, and lives without the sandbox.
typedef struct pec_submission pec_submission;
#endif

// A text that a call made: JSON, a page. It never changes and may be shared between threads.
typedef struct pec_text pec_text;

// Whom a judgement trusts: the pinned PEC authorities, their known issues, and what the host adds.
//
// It can be changed until it is freed; a verifier takes a copy.
typedef struct pec_trust_store pec_trust_store;

// Everything that was found out about one message. It never changes and may be shared between threads; it holds the
// message and lives without the other handles.
typedef struct pec_verification pec_verification;

// Checks messages. `pec_verify` may be called on any number of threads at once; what changes the verifier needs it alone.
//
// Certification paths that were found good are kept for the next message; they never change an answer.
typedef struct pec_verifier pec_verifier;

// Work in the background: ask it for events with `pec_event_next` until the last one (`PEC_EVENT_FINISHED`,
// `PEC_EVENT_CANCELLED` or `PEC_EVENT_FAILED`). A thousand events wait for whoever asks slowly; then the work waits too.
//
// Any number of threads may use it at once; each event goes to one of them. It lives without the verifier that it was begun
// with. Freed by `pec_work_free` at any time, which cancels it and waits for its threads: as long as the messages last that
// are being read. In a forked child `pec_work_free` does nothing.
typedef struct pec_work pec_work;

// A text in UTF-8, without a NUL at its end: print it with `%.*s`. It belongs to the object that it was read from; the
// function that writes it says how long it lives. An empty text has `len` 0 and a `data` that is not NULL.
typedef struct {
  // The first byte.
  const char *data;
  // Bytes.
  size_t len;
} pec_str;

// Bytes, with the same rules as `pec_str`.
typedef struct {
  // The first byte.
  const uint8_t *data;
  // How many.
  size_t len;
} pec_bytes;

#if defined(PEC_ARCHIVE)
// Takes a piece of what is written; 0 when it has taken all of it, anything else ends the call. It is called on the thread of
// the call that it was given to, and must not unwind (no C++ exception).
typedef uint32_t (*pec_sink_function)(void *userdata, const uint8_t *data, size_t len);
#endif

#if defined(PEC_ARCHIVE)
// Gives the next piece of a message: writes at most `room` bytes to `data`, their number to `len`, and returns 0; a `len` of 0 is
// the end. Anything else ends the call. It is called on the thread of the call that it was given to, and must not unwind
// (no C++ exception).
typedef uint32_t (*pec_source_function)(void *userdata, uint8_t *data, size_t room, size_t *len);
#endif

#if defined(PEC_ARCHIVE)
// Given the text of a checkpoint, `note`, has it time-stamped (RFC 3161): writes the token over it, or the whole response of the
// authority to a request (`pec_time_stamp_request`), to `token`, which has room for `room` bytes, one MiB, and its length
// to `len`, and returns 0. Anything else says that there is none. It is called on the thread of the call that it was given
// to, and must not unwind (no C++ exception).
typedef uint32_t (*pec_stamp_function)(void *userdata,
                                       const pec_bytes *note,
                                       uint8_t *token,
                                       size_t room,
                                       size_t *len);
#endif

// Takes one line of the log. `message` lives until the function returns. It is called on the thread that made the call,
// several at once where several threads call; it must not unwind (no C++ exception), and must not call `pec_set_log`.
typedef void (*pec_log_function)(void *userdata, uint32_t level, const pec_str *message);

#if defined(PEC_WIRE)
// Gives the credential that the host keeps for a mailbox: writes one made by `pec_credential_new`, which the library frees, or
// leaves NULL where there is none. 0 when that is the answer, anything else when the store fails. `mailbox` is in lower case,
// UTF-8 ended by NUL, `field` a `pec_secret_field`. It is called on any thread, must not unwind, and may call nothing of the
// library but what concerns credentials.
typedef uint32_t (*pec_secret_get_function)(void *userdata,
                                            const char *mailbox,
                                            uint32_t field,
                                            pec_credential **out);
#endif

#if defined(PEC_WIRE)
// Keeps a credential in the place of what was there; 0 when that is durable. The rest is as for `pec_secret_get_function`.
typedef uint32_t (*pec_secret_put_function)(void *userdata,
                                            const char *mailbox,
                                            uint32_t field,
                                            const pec_credential *credential);
#endif

#if defined(PEC_WIRE)
// Forgets a credential, and writes 1 where it was there, else 0; 0 when that is durable. The rest is as for
// `pec_secret_get_function`.
typedef uint32_t (*pec_secret_remove_function)(void *userdata,
                                               const char *mailbox,
                                               uint32_t field,
                                               uint32_t *was);
#endif

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

#if defined(PEC_ARCHIVE)
// Makes an empty archive, one file, and opens it. `path` is UTF-8, ended by NUL. `PEC_ARCHIVE_EXISTS` where anything is there,
// `PEC_ARCHIVE_NETWORK` on a network file system. Freed by `pec_archive_free`.
//
// # Safety
// `path` is NULL or ends with NUL.
pec_result pec_archive_create(const char *path,
                              pec_archive **out,
                              pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Opens an archive for reading and writing, and brings it to the present format. `path` is UTF-8, ended by NUL.
// `PEC_ARCHIVE_MISSING`, `PEC_ARCHIVE_NOT_AN_ARCHIVE`, `PEC_ARCHIVE_NEWER`, `PEC_ARCHIVE_NETWORK`, `PEC_ARCHIVE_READ_ONLY`.
// Freed by `pec_archive_free`.
//
// # Safety
// `path` is NULL or ends with NUL.
pec_result pec_archive_open(const char *path,
                            pec_archive **out,
                            pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Opens an archive that nobody may change through this handle, also where the disk or the folder cannot be written: what
// would change it is then `PEC_ARCHIVE_READ_ONLY`. The rest is as for `pec_archive_open`.
//
// # Safety
// `path` is NULL or ends with NUL.
pec_result pec_archive_open_read_only(const char *path,
                                      pec_archive **out,
                                      pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The same open archive, used in the name of a user of the host's, which stands in the log beside whatever he changes. The
// handles of the other functions act in the name of the host itself. Once anything was done to the
// organisation (`pec_archive_act`), every call is judged by what he may do: `PEC_ARCHIVE_DENIED`, and an entry of the log, where he may
// not. The host vouches for who it is. Freed by `pec_archive_free`; each of the handles lives without the others.
//
// # Safety
// `name` is NULL or ends with NUL.
pec_result pec_archive_as(const pec_archive *archive,
                          const char *name,
                          pec_archive **out,
                          pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Where the archive is: the path by which it was opened, absolute. It lives as long as the archive.
pec_result pec_archive_path(const pec_archive *archive, pec_str *out);
#endif

#if defined(PEC_ARCHIVE)
// Stores one message as it was received; when it returns, the message and its place in the index are on stable storage. Nothing
// is refused for what it says: what is wrong with it is kept beside it. `now` is the caller's time in seconds since 1970
// (UTC). What comes out holds one identifier; freed by `pec_ids_free`.
//
// # Safety
// `data` is NULL or the first of `len` bytes that can be read.
pec_result pec_archive_put(const pec_archive *archive,
                           const pec_intake *intake,
                           const uint8_t *data,
                           size_t len,
                           int64_t now,
                           pec_ids **out,
                           pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Stores messages in one transaction: all of them, or none. About a hundred at a time cost a tenth of one by one; all are held
// in memory. The identifiers come out in the order of `messages`. The rest is as for `pec_archive_put`.
//
// # Safety
// `messages` is NULL or the first of `count` that can be read, each with its bytes.
pec_result pec_archive_put_batch(const pec_archive *archive,
                                 const pec_intake *intake,
                                 const pec_bytes *messages,
                                 size_t count,
                                 int64_t now,
                                 pec_ids **out,
                                 pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Stores the message that the host has just submitted, at `now`, for these SMTP recipients, addresses with commas between
// them, with `sender` as the reverse path: its recipients are pending until a certified event comes. The rest is as for
// `pec_archive_put`.
//
// # Safety
// `data` is NULL or the first of `len` bytes that can be read; `sender` and `recipients` are NULL or end with NUL.
pec_result pec_archive_put_submitted(const pec_archive *archive,
                                     const pec_intake *intake,
                                     const uint8_t *data,
                                     size_t len,
                                     const char *sender,
                                     const char *recipients,
                                     int64_t now,
                                     pec_ids **out,
                                     pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The exact bytes of a message; `id` are its 64 hexadecimal digits. `PEC_ARCHIVE_NOT_FOUND`; `PEC_ARCHIVE_DAMAGED` where they are
// no longer what was stored. Freed by `pec_blob_free`.
//
// # Safety
// `id` is NULL or ends with NUL.
pec_result pec_archive_get(const pec_archive *archive,
                           const char *id,
                           pec_blob **out,
                           pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Everything that speaks of the transaction of this *identificativo* or *msgid*, as a ledger: its dossiers are worked out from
// the bytes as `intake` judges them at `now`, not from what is stored beside them; messages are called by their
// identifiers. What else the ledger can do holds for it too. Freed by `pec_ledger_free`.
//
// # Safety
// `identifier` is NULL or ends with NUL.
pec_result pec_archive_ledger(const pec_archive *archive,
                              const pec_intake *intake,
                              const char *identifier,
                              int64_t now,
                              pec_ledger **out,
                              pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Ends the life of a handle on an archive; the last one closes the file. NULL is allowed.
void pec_archive_free(pec_archive *archive);
#endif

#if defined(PEC_ARCHIVE)
// At most `limit` entries of the log from number `from` on: who did what, when, to what, one JSON object a line. Freed by
// `pec_text_free`.
pec_result pec_archive_log(const pec_archive *archive,
                           uint64_t from,
                           size_t limit,
                           pec_text **out,
                           pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Writes the log out from number `from` on, a piece at a time, to `sink`; `format` is a `pec_log_format`, `next` the number of the
// entry that comes next. Secrets and the text of messages are never in it. What was given counts only when the call returns `PEC_OK`.
// `PEC_ARCHIVE_FILE` when `sink` ends it.
//
// # Safety
// `sink` can be called with `userdata` until the call ends.
pec_result pec_archive_export_log(const pec_archive *archive,
                                  uint64_t from,
                                  uint32_t format,
                                  void *userdata,
                                  pec_sink_function sink,
                                  uint64_t *next,
                                  pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The key of this name, without blanks or `+`, that comes from 32 secret random bytes, which are always the same key.
// `PEC_ARCHIVE_VALUE` for another name, `PEC_BAD_LENGTH` for another number of bytes. Freed by `pec_log_key_free`.
//
// # Safety
// `name` is NULL or ends with NUL; `secret` is NULL or the first of `len` bytes that can be read.
pec_result pec_log_key_new(const char *name,
                           const uint8_t *secret,
                           size_t len,
                           pec_log_key **out,
                           pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// What others check the signatures of a key with, in one line (`name+id+key`). It is public, and belongs where nobody who can write
// the archive can change it. Freed by `pec_text_free`.
pec_result pec_log_key_verifier(const pec_log_key *key,
                                pec_text **out,
                                pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Ends the life of a key, and overwrites it. NULL is allowed.
void pec_log_key_free(pec_log_key *key);
#endif

#if defined(PEC_ARCHIVE)
// The present root of the log as a checkpoint (C2SP), signed: to be kept where whoever writes the archive cannot change it. Given
// back to `pec_archive_verify_log`, it shows whether the entries before it are still those. That it was signed stands in the log.
// Freed by `pec_blob_free`.
pec_result pec_archive_sign_log(const pec_archive *archive,
                                const pec_log_key *key,
                                int64_t now,
                                pec_blob **out,
                                pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// No roots. Freed by `pec_kept_roots_free`.
pec_result pec_kept_roots_new(pec_kept_roots **out, pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Adds a checkpoint that `pec_archive_sign_log` gave, whose signature `verifier` (`pec_log_key_verifier`) confirms; `size` is the
// number of entries under it. `PEC_ARCHIVE_VALUE` where it is none, or is not signed so that this key says it is right.
//
// # Safety
// `data` is NULL or the first of `len` bytes that can be read; `verifier` is NULL or ends with NUL.
pec_result pec_kept_roots_add_signed(pec_kept_roots *roots,
                                     const uint8_t *data,
                                     size_t len,
                                     const char *verifier,
                                     uint64_t *size,
                                     pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Adds the first checkpoint in the text of a message that was sent by PEC: the provider certified that it was there then. The
// message is the envelope or a complete receipt, as received, judged by `trust` at `now`. It does not say who sent it: give messages
// of which you know that. `PEC_NOT_CERTIFIED` where no provider certifies it. The rest is as for `pec_kept_roots_add_signed`.
//
// # Safety
// `data` is NULL or the first of `len` bytes that can be read.
pec_result pec_kept_roots_add_mailed(pec_kept_roots *roots,
                                     const pec_trust_store *trust,
                                     const uint8_t *data,
                                     size_t len,
                                     int64_t now,
                                     uint64_t *size,
                                     pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Ends the life of kept roots. NULL is allowed.
void pec_kept_roots_free(pec_kept_roots *roots);
#endif

#if defined(PEC_ARCHIVE)
// Works the tree of the log out anew from its entries, and compares it with the one that is stored, with the roots that were
// time-stamped, as `trust` judges at `now`, and with those that were kept elsewhere. `clean` is 1 where every entry is what was logged
// and every root holds, else 0; what comes out is one JSON object (`log-check`), as `pec log verify --json` prints it: it names the
// first entry that was edited, removed, inserted or moved, and how many at the end nobody else vouches for. Freed by `pec_text_free`.
//
// It does not show what was done after the last root that somebody else vouches for, and a log does not bind whoever holds the file
// and its key to write down what he does.
pec_result pec_archive_verify_log(const pec_archive *archive,
                                  const pec_trust_store *trust,
                                  const pec_kept_roots *roots,
                                  int64_t now,
                                  uint32_t *clean,
                                  pec_text **out,
                                  pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The proof that entry `n` is in the log as it was with `size` entries, 0 for all that it has now, as one JSON object
// (`entry-proof`), for `pec_log_check_entry`. `PEC_ARCHIVE_NOT_FOUND` where there is no such entry. Freed by `pec_text_free`.
pec_result pec_archive_prove_entry(const pec_archive *archive,
                                   uint64_t n,
                                   uint64_t size,
                                   pec_text **out,
                                   pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The proof that the log with `to` entries, 0 for all that it has now, holds all that it held with `from`, in the same order, as one
// JSON object (`growth-proof`), for `pec_log_check_growth`. `PEC_ARCHIVE_NOT_FOUND` where it never had that many. Freed by
// `pec_text_free`.
pec_result pec_archive_prove_growth(const pec_archive *archive,
                                    uint64_t from,
                                    uint64_t to,
                                    pec_text **out,
                                    pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Whether the log with this root, 64 hexadecimal digits, has this entry at this place: `holds` is 1, or 0. It needs no archive:
// `proof` is what `pec_archive_prove_entry` gave, the root is one that was kept (`pec_archive_log_root`). `PEC_BAD_VALUE` where either
// is none.
//
// # Safety
// `proof` and `root` are NULL or end with NUL.
pec_result pec_log_check_entry(const char *proof,
                               const char *root,
                               uint32_t *holds,
                               pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Whether the log with the root `later` begins with all that is under the root `earlier`. The rest is as for `pec_log_check_entry`.
//
// # Safety
// `proof`, `earlier` and `later` are NULL or end with NUL.
pec_result pec_log_check_growth(const char *proof,
                                const char *earlier,
                                const char *later,
                                uint32_t *holds,
                                pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Begins to read every message again and to compare its digest; structure, index, log and evidence are checked too. All damage
// is named, nothing is repaired. Verdicts are not judged again: `pec_work_reverify` does that. Its report is one JSON object (`check`), as `pec archive check --json` prints it. The work
// lives without the archive. Freed by `pec_work_free`.
pec_result pec_work_check(const pec_archive *archive,
                          pec_work **out,
                          pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Begins to take away what no message uses; it only takes room. Its report is one JSON object (`collected`). It cannot be
// cancelled once it is at work. Freed by `pec_work_free`.
pec_result pec_work_collect(const pec_archive *archive,
                            pec_work **out,
                            pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Begins to write a copy of the archive as it is at this moment, while others read and write; the copy is compact, and an archive
// itself. `to` is UTF-8, ended by NUL. The work fails with `PEC_ARCHIVE_EXISTS` where anything is there. Its report is empty. It
// cannot be cancelled once it is at work. Freed by `pec_work_free`.
//
// # Safety
// `to` is NULL or ends with NUL.
pec_result pec_work_backup(const pec_archive *archive,
                           const char *to,
                           pec_work **out,
                           pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Begins to judge every message again, with newer trust data or a newer engine. Its report is one JSON object (`changed`) a line for
// each verdict that has changed, as `pec archive reverify --json` prints them. `now` is the caller's time in seconds since 1970
// (UTC); `threads` is how many verify at once, 0 for as many as there are cores. The work lives without archive and intake.
// Freed by `pec_work_free`.
pec_result pec_work_reverify(const pec_archive *archive,
                             const pec_intake *intake,
                             int64_t now,
                             uint32_t threads,
                             pec_work **out,
                             pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Begins to make everything anew that is worked out from the bytes: verdicts, dossiers, the index. Nothing is hidden meanwhile, nor
// when it is cancelled. Its report is empty. The parameters are those of `pec_work_reverify`. Freed by `pec_work_free`.
pec_result pec_work_rebuild_index(const pec_archive *archive,
                                  const pec_intake *intake,
                                  int64_t now,
                                  uint32_t threads,
                                  pec_work **out,
                                  pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Begins to take in everything below `path`, UTF-8 ended by NUL: a file of one message, an mbox, a ZIP, a folder of them, a
// Maildir. Nothing that cannot be read stops it; a second import goes on where the first was ended. Its report is one JSON
// object (`imported`), as `pec archive import --json` prints it: what could not be read stands in it. What was taken in before it
// is cancelled stays. The other parameters are those of `pec_work_reverify`. Freed by `pec_work_free`.
//
// # Safety
// `path` is NULL or ends with NUL.
pec_result pec_work_import(const pec_archive *archive,
                           const pec_intake *intake,
                           const char *path,
                           int64_t now,
                           uint32_t threads,
                           pec_work **out,
                           pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Begins to bring everything that can still be read of the broken archive at `from` into a new one at `to`, both UTF-8 ended by
// NUL. `from` is only read. `actor` is in whose name it is done, `host` for the host itself. Its report is one JSON object
// (`salvaged`), as `pec archive salvage --json` prints it. The work fails with `PEC_ARCHIVE_EXISTS` where anything is at `to`. The
// other parameters are those of `pec_work_reverify`. Freed by `pec_work_free`.
//
// # Safety
// `actor`, `from` and `to` are NULL or end with NUL.
pec_result pec_work_salvage(const pec_intake *intake,
                            const char *actor,
                            const char *from,
                            const char *to,
                            int64_t now,
                            uint32_t threads,
                            pec_work **out,
                            pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// What work on an archive came to, once: JSON of the form that the function which began it names; it may be empty. `PEC_ABSENT`
// before it is finished, when it came to nothing, when it was taken before, and for other work. Freed by `pec_text_free`.
pec_result pec_work_report(const pec_work *work,
                           pec_text **out,
                           pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The least that has to be said: `producer`, whose documents they are, as `VATIT-12345678903=Ditta S.r.l.` or
// `TINIT-RSSMRA70A01H501S=Rossi, Maria`. `PEC_ARCHIVE_VALUE` for another form, or where a check digit is wrong. Freed by
// `pec_deposit_free`.
//
// # Safety
// `producer` is NULL or ends with NUL.
pec_result pec_deposit_new(const char *producer,
                           pec_deposit **out,
                           pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Sets one option by its name, as `pec archive deposit make` has it: `submitter`, `signer` (`ROLE:ID=NAME`, adds one),
// `classification`, `classification-name`, `classification-plan`, `dossier` (`ID=SUBJECT`), `confidential` (`yes` or `no`),
// `retention` (years), `message-format`, `max-bytes`, `max-documents`. `PEC_ARCHIVE_VALUE` for another name, and for a value
// that the option cannot have: then nothing is changed.
//
// # Safety
// `name` and `value` are NULL or end with NUL.
pec_result pec_deposit_set(pec_deposit *deposit,
                           const char *name,
                           const char *value,
                           pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Ends the life of what was said of a deposit. NULL is allowed.
void pec_deposit_free(pec_deposit *deposit);
#endif

#if defined(PEC_ARCHIVE)
// Begins to make packages ready for deposit of a selection, one or more as the limits ask; `selection` is a `pec_selection` and
// says what `what` is. Whole transactions are packed; what a package has already is left out. `to`, UTF-8 ended by NUL, is a
// file where it ends in `.zip`, else a folder in which each package is a folder. Its report is one JSON object (`made`), as
// `pec archive deposit make --json` prints it. Packages that were made before it is cancelled stay, and `pec_archive_deposits`
// has them. The other parameters are those of `pec_work_reverify`. Freed by `pec_work_free`.
//
// A package is ready for deposit and nothing more: keeping by the rules of the law begins when a conservation service has
// accepted it.
//
// # Safety
// `what` and `to` are NULL or end with NUL.
pec_result pec_work_deposit(const pec_archive *archive,
                            const pec_intake *intake,
                            const pec_deposit *deposit,
                            uint32_t selection,
                            const char *what,
                            const char *to,
                            int64_t now,
                            uint32_t threads,
                            pec_work **out,
                            pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Begins to bring the refused documents of a package once more, in new packages that name it; `package` is its name. The rest is
// as for `pec_work_deposit`.
//
// # Safety
// `package` and `to` are NULL or end with NUL.
pec_result pec_work_deposit_again(const pec_archive *archive,
                                  const pec_intake *intake,
                                  const pec_deposit *deposit,
                                  const char *package,
                                  const char *to,
                                  int64_t now,
                                  uint32_t threads,
                                  pec_work **out,
                                  pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Reads a report of deposit (*rapporto di versamento*) and writes down what it says of each document. `form` adds names of elements
// and words to those that are known, `KIND=NAME` with commas between them, such as `outcome=EsitoVersamento,accepted=PRESO`; kinds
// are `document`, `digest`, `outcome`, `reason`, `name`, `time`, `accepted`, `refused`; it may be empty. What comes out is one JSON
// object (`deposit-report`); freed by `pec_text_free`. `PEC_ARCHIVE_REPORT` when it cannot be read: then nothing is changed.
//
// Nothing proves that a report is genuine: a signature on it is for the host to check.
//
// # Safety
// `data` is NULL or the first of `len` bytes that can be read; `form` is NULL or ends with NUL.
pec_result pec_archive_deposit_report(const pec_archive *archive,
                                      const uint8_t *data,
                                      size_t len,
                                      const char *form,
                                      int64_t now,
                                      pec_text **out,
                                      pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Gives up a package of which no report will speak, because it was lost on its way or sent back as a whole: its documents that wait
// still count as refused, for `reason`, which may not be empty, so that `pec_work_deposit_again` brings them. `package` is its
// name. `documents` is how many it will bring; where none waits nothing is changed. `PEC_ARCHIVE_NOT_FOUND` when there is no such
// package.
//
// A report that comes later all the same overrules this. It proves nothing about what the conservation service has.
//
// # Safety
// `package` and `reason` are NULL or end with NUL.
pec_result pec_archive_withdraw_deposit(const pec_archive *archive,
                                        const char *package,
                                        const char *reason,
                                        int64_t now,
                                        uint64_t *documents,
                                        pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The packages that were made, oldest first, one JSON object (`deposit`) a line, as `pec archive deposit list --json` prints them.
// Freed by `pec_text_free`.
pec_result pec_archive_deposits(const pec_archive *archive,
                                pec_text **out,
                                pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The documents of a package and where they stand, one JSON object (`deposited`) a line; `package` is its name.
// `PEC_ARCHIVE_NOT_FOUND` when there is no such package. Freed by `pec_text_free`.
//
// # Safety
// `package` is NULL or ends with NUL.
pec_result pec_archive_deposited(const pec_archive *archive,
                                 const char *package,
                                 pec_text **out,
                                 pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The events after this number, in their order, at most `limit`; 0 is before the first. One JSON object (`event`) a line; what else
// stands in it, its `what` says. Freed by `pec_text_free`.
pec_result pec_archive_events(const pec_archive *archive,
                              uint64_t after,
                              size_t limit,
                              pec_text **out,
                              pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The events that the follower of this name has not finished yet, at most `limit`. They are given again until he says so
// (`pec_archive_finished`), so that whoever is interrupted in his work on one is told once more; a new name begins with the first
// event that is kept. The rest is as for `pec_archive_events`.
//
// # Safety
// `follower` is NULL or ends with NUL.
pec_result pec_archive_next_events(const pec_archive *archive,
                                   const char *follower,
                                   size_t limit,
                                   pec_text **out,
                                   pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Notes that a follower has finished everything up to the event of this number (its `n`), on stable storage when it returns. He
// never goes backwards. `PEC_ARCHIVE_VALUE` for an empty name.
//
// # Safety
// `follower` is NULL or ends with NUL.
pec_result pec_archive_finished(const pec_archive *archive,
                                const char *follower,
                                uint64_t number,
                                pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Lets the follower of this name begin behind everything that has happened so far, unless he has begun before. Writes 1 where he is
// new, else 0. `PEC_ARCHIVE_VALUE` for an empty name.
//
// # Safety
// `follower` is NULL or ends with NUL.
pec_result pec_archive_follow_from_now(const pec_archive *archive,
                                       const char *follower,
                                       uint32_t *is_new,
                                       pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Takes away the events up to the one of this number: whoever has not read them never will. `out` is how many they were.
pec_result pec_archive_forget_events(const pec_archive *archive,
                                     uint64_t number,
                                     uint64_t *out,
                                     pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// How many there are.
pec_result pec_ids_count(const pec_ids *ids, size_t *out);
#endif

#if defined(PEC_ARCHIVE)
// The identifier at `index`, from 0: the SHA-256 of the bytes of the message, 64 hexadecimal digits. It lives as long as the
// identifiers.
pec_result pec_ids_text(const pec_ids *ids,
                        size_t index,
                        pec_str *out);
#endif

#if defined(PEC_ARCHIVE)
// Whether the message at `index`, from 0, was not in the archive before it was put: 1, or 0. `PEC_ABSENT` for those that were
// found.
pec_result pec_ids_is_new(const pec_ids *ids,
                          size_t index,
                          uint32_t *out);
#endif

#if defined(PEC_ARCHIVE)
// Ends the life of identifiers. NULL is allowed.
void pec_ids_free(pec_ids *ids);
#endif

#if defined(PEC_ARCHIVE)
// The messages that speak of the transaction of this *identificativo* or *msgid*, oldest first. Freed by `pec_ids_free`.
//
// # Safety
// `identifier` is NULL or ends with NUL.
pec_result pec_archive_messages_about(const pec_archive *archive,
                                      const char *identifier,
                                      pec_ids **out,
                                      pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// What a query finds, newest first, `limit` entries at most. `query` is what a person types, UTF-8 ended by NUL, such as
// `da:acme stato:consegnato dopo:2026-01-01 "contratto quadro"`; an empty one finds everything. `from` is 0 for the first
// page, then what `pec_page_next` gives; messages that come in meanwhile neither repeat nor hide any. `PEC_ARCHIVE_QUERY` when
// it cannot be understood: its evidence says where, `pec_query_explain` shows a person. Freed by `pec_page_free`.
//
// # Safety
// `query` is NULL or ends with NUL.
pec_result pec_archive_search(const pec_archive *archive,
                              const char *query,
                              int64_t from,
                              size_t limit,
                              pec_page **out,
                              pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// What is wrong with a query, for a person, in the language of `language` (`pec_language`): the sentence, the query, and a mark
// below the place, on lines of their own; `begin` and `end` are the place in characters, from 0. `PEC_ABSENT` when nothing
// is wrong. Freed by `pec_text_free`.
//
// # Safety
// `query` is NULL or ends with NUL.
pec_result pec_query_explain(const char *query,
                             uint32_t language,
                             size_t *begin,
                             size_t *end,
                             pec_text **out,
                             pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The entry of one message, as a page of one; `id` are its 64 hexadecimal digits. `PEC_ARCHIVE_NOT_FOUND`; `PEC_ARCHIVE_DAMAGED`
// where the index has lost it, which `pec_work_rebuild_index` mends. Freed by `pec_page_free`.
//
// # Safety
// `id` is NULL or ends with NUL.
pec_result pec_archive_entry(const pec_archive *archive,
                             const char *id,
                             pec_page **out,
                             pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// How many entries a page has.
pec_result pec_page_count(const pec_page *page, size_t *out);
#endif

#if defined(PEC_ARCHIVE)
// Where the next page begins, for `from` of `pec_archive_search`. `PEC_ABSENT` when nothing older is found.
pec_result pec_page_next(const pec_page *page, int64_t *out);
#endif

#if defined(PEC_ARCHIVE)
// How many values a field has in the entry at `index`, from 0; `field` is a `pec_entry_field`.
pec_result pec_page_value_count(const pec_page *page, size_t index, uint32_t field, size_t *out);
#endif

#if defined(PEC_ARCHIVE)
// The text at `inner`, from 0 (of a single value at 0), of a field in the entry at `index`, from 0; `field` is a
// `pec_entry_field`, times are RFC 3339 in UTC. `PEC_ABSENT` where there is none, and for numbers. It lives as long as the page.
pec_result pec_page_text(const pec_page *page,
                         size_t index,
                         uint32_t field,
                         size_t inner,
                         pec_str *out);
#endif

#if defined(PEC_ARCHIVE)
// The number of a field in the entry at `index`, from 0; of a time, seconds since 1970 (UTC). `PEC_ABSENT` where there is none,
// and for texts.
pec_result pec_page_number(const pec_page *page,
                           size_t index,
                           uint32_t field,
                           int64_t *out);
#endif

#if defined(PEC_ARCHIVE)
// The entry at `index`, from 0, as one JSON object, as `pec archive search --json` prints it. It lives as long as the page.
pec_result pec_page_json(const pec_page *page,
                         size_t index,
                         pec_bytes *out);
#endif

#if defined(PEC_ARCHIVE)
// The page as lines of JSON, as `pec archive search --json` prints it: the entries, then where the next page begins. It lives as
// long as the page.
pec_result pec_page_lines(const pec_page *page,
                          pec_bytes *out);
#endif

#if defined(PEC_ARCHIVE)
// Ends the life of a page. NULL is allowed.
void pec_page_free(pec_page *page);
#endif

#if defined(PEC_ARCHIVE)
// An intake with a copy of `trust`, without evidence and mailbox. Freed by `pec_intake_free`.
pec_result pec_intake_new(const pec_trust_store *trust, pec_intake **out, pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Uses a copy of `evidence` about revocation, which is kept with the messages.
pec_result pec_intake_set_evidence(pec_intake *intake, const pec_evidence *evidence, pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Names the mailbox in which messages were found: an address, or whatever name the host has for it; UTF-8 ended by NUL, empty
// for none.
//
// # Safety
// `mailbox` is NULL or ends with NUL.
pec_result pec_intake_set_mailbox(pec_intake *intake,
                                  const char *mailbox,
                                  pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Reads messages within these limits, of which it takes a copy. What is beyond them is stored all the same, and judged as what
// cannot be verified.
pec_result pec_intake_set_limits(pec_intake *intake,
                                 const pec_limits *limits,
                                 pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Ends the life of an intake. NULL is allowed.
void pec_intake_free(pec_intake *intake);
#endif

#if defined(PEC_ARCHIVE)
// Gives a class a term in months, or another term; the empty class is that of everything that was put in no other, ten years at
// first. `now` is the caller's time in seconds since 1970 (UTC); it stands in the log.
//
// # Safety
// `class` is NULL or ends with NUL.
pec_result pec_archive_set_term(const pec_archive *archive,
                                const char *class_,
                                uint32_t months,
                                int64_t now,
                                pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The classes and their terms, one JSON object (`term`) a line. Freed by `pec_text_free`.
pec_result pec_archive_terms(const pec_archive *archive, pec_text **out, pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Puts messages into a class; `ids` are their identifiers with commas between them. `PEC_ARCHIVE_NOT_FOUND` for a message or a
// class that is not here: then nothing was changed.
//
// # Safety
// `ids` and `class` are NULL or end with NUL.
pec_result pec_archive_classify(const pec_archive *archive,
                                const char *ids,
                                const char *class_,
                                int64_t now,
                                pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Holds messages for a case (a lawsuit, an inspection): none of them can be erased until the case is released. `ids` are their
// identifiers with commas between them.
//
// # Safety
// `ids` and `name` are NULL or end with NUL.
pec_result pec_archive_hold(const pec_archive *archive,
                            const char *ids,
                            const char *name,
                            int64_t now,
                            pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Ends the hold of a case; `out` is the number of messages that it held. `PEC_ARCHIVE_NOT_FOUND` when nothing is held for it.
//
// # Safety
// `name` is NULL or ends with NUL.
pec_result pec_archive_release(const pec_archive *archive,
                               const char *name,
                               int64_t now,
                               size_t *out,
                               pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The cases for which messages are held and how many each holds, one JSON object (`case`) a line, by name. Freed by `pec_text_free`.
pec_result pec_archive_cases(const pec_archive *archive,
                             pec_text **out,
                             pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The messages that are held for a case, in the order of their dates. `PEC_ARCHIVE_NOT_FOUND` when nothing is held for it. Freed by
// `pec_ids_free`.
//
// # Safety
// `name` is NULL or ends with NUL.
pec_result pec_archive_held(const pec_archive *archive,
                            const char *name,
                            pec_ids **out,
                            pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// How long a message is kept, and what else keeps it, as one JSON object (`retention`): what `pec_archive_erase` would say of it,
// before anybody asks to erase it. `PEC_ARCHIVE_NOT_FOUND` for a message that is not here. Freed by `pec_text_free`.
//
// # Safety
// `id` is NULL or ends with NUL.
pec_result pec_archive_retention(const pec_archive *archive,
                                 const char *id,
                                 pec_text **out,
                                 pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Erases messages whose term is over and which no case holds; the others stay. What comes out is one JSON object (`erased`) a
// message and line, in the order of `ids`, which are identifiers with commas between them: the entry of the log that is the
// certificate of the erasure, which `pec_archive_log_entry` gives, or what keeps it. What is erased is overwritten in the file;
// nothing is proven about copies elsewhere. `PEC_ARCHIVE_NOT_FOUND` for a message that is not here, `PEC_ARCHIVE_VALUE` for an empty
// reason: then nothing was erased. Freed by `pec_text_free`.
//
// # Safety
// `ids` and `reason` are NULL or end with NUL.
pec_result pec_archive_erase(const pec_archive *archive,
                             const char *ids,
                             const char *reason,
                             int64_t now,
                             pec_text **out,
                             pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Overwrites what is left in the file of erased messages, by writing all of it anew without them: `pec_archive_erase` overwrites what
// it erases, but single values may be left in gaps of the file, or in its log while somebody reads an older state. With `PEC_OK`
// nothing is left; `PEC_ARCHIVE_LOCKED` while somebody reads an older state. It takes as long as a copy, and room for two.
pec_result pec_archive_scrub(const pec_archive *archive,
                             pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// What ends by `until` or has ended before `now`, both seconds since 1970 (UTC), at most `limit` of each kind: terms,
// certificates on which proofs rest that no time-stamp covers yet, and that of the authority which stamped the log last.
// One JSON object (`ending`) a line. Freed by `pec_text_free`.
pec_result pec_archive_expiring(const pec_archive *archive,
                                int64_t now,
                                int64_t until,
                                size_t limit,
                                pec_text **out,
                                pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Gives messages a tag of the host's; `ids` are their identifiers with commas between them. `PEC_ARCHIVE_NOT_FOUND` for a message
// that is not here: then none is tagged.
//
// # Safety
// `ids` and `tag` are NULL or end with NUL.
pec_result pec_archive_tag(const pec_archive *archive,
                           const char *ids,
                           const char *tag,
                           int64_t now,
                           pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Takes a tag away again.
//
// # Safety
// `ids` and `tag` are NULL or end with NUL.
pec_result pec_archive_untag(const pec_archive *archive,
                             const char *ids,
                             const char *tag,
                             int64_t now,
                             pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The archive in numbers, as one JSON object (`stats`), as `pec archive stats --json` prints it. Freed by `pec_text_free`.
pec_result pec_archive_stats(const pec_archive *archive,
                             pec_text **out,
                             pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The entry of the log at `index`, from 0, as JSON, as it was logged. `PEC_ABSENT` beyond the last. Freed by `pec_text_free`.
pec_result pec_archive_log_entry(const pec_archive *archive,
                                 uint64_t index,
                                 pec_text **out,
                                 pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The number of entries of the log, and the root over them (RFC 6962) in 64 hexadecimal digits: whoever keeps it elsewhere sees later
// whether anything was changed. Freed by `pec_text_free`.
pec_result pec_archive_log_root(const pec_archive *archive,
                                uint64_t *size,
                                pec_text **out,
                                pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Keys that begin with this one: 32 random bytes that the host keeps, and without which nobody opens the archive again; what
// comes in is encrypted under it. `PEC_ARCHIVE_VALUE` for another number of bytes. Freed by `pec_keys_free`.
//
// # Safety
// `key` is NULL or the first of `len` bytes that can be read.
pec_result pec_keys_new(const uint8_t *key,
                        size_t len,
                        pec_keys **out,
                        pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Adds an older key, by which what was encrypted under it is opened. To change keys, give the new one first and the old ones
// behind it: what is there stays under the old one, which has to be kept. `key` is as for `pec_keys_new`.
//
// # Safety
// `key` is NULL or the first of `len` bytes that can be read.
pec_result pec_keys_add(pec_keys *keys,
                        const uint8_t *key,
                        size_t len,
                        pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// What a new archive lets be searched for, a `pec_searchable`, `PEC_SEARCHABLE_FIELDS` at first. An archive that is there keeps
// to what it was made with.
pec_result pec_keys_set_searchable(pec_keys *keys,
                                   uint32_t searchable,
                                   pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Ends the life of keys, and overwrites them. NULL is allowed.
void pec_keys_free(pec_keys *keys);
#endif

#if defined(PEC_ARCHIVE)
// Makes an empty archive whose bodies are encrypted under the first of these keys, and opens it. Identifiers are digests:
// whoever has the file can see whether something that he has is in it, and what `pec_searchable` says. The rest is as for
// `pec_archive_create`.
//
// # Safety
// `path` is NULL or ends with NUL.
pec_result pec_archive_create_with_keys(const char *path,
                                        const pec_keys *keys,
                                        pec_archive **out,
                                        pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Opens an archive that is encrypted. Where the first key is new to it, what comes in is encrypted under that from now on.
// `PEC_ARCHIVE_KEY` where a key under which it was encrypted is missing, or it is not encrypted: then nothing is written. The
// rest is as for `pec_archive_open`, which answers `PEC_ARCHIVE_KEY` for an archive that is encrypted.
//
// # Safety
// `path` is NULL or ends with NUL.
pec_result pec_archive_open_with_keys(const char *path,
                                      const pec_keys *keys,
                                      pec_archive **out,
                                      pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Opens an archive that is encrypted for reading, as `pec_archive_open_read_only` and `pec_archive_open_with_keys`.
//
// # Safety
// `path` is NULL or ends with NUL.
pec_result pec_archive_open_read_only_with_keys(const char *path,
                                                const pec_keys *keys,
                                                pec_archive **out,
                                                pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Begins to salvage an archive that is encrypted, as `pec_work_salvage`; the new one is encrypted under the first of these keys,
// of which the work takes a copy. The work fails with `PEC_ARCHIVE_KEY` where one is missing.
//
// # Safety
// `actor`, `from` and `to` are NULL or end with NUL.
pec_result pec_work_salvage_with_keys(const pec_intake *intake,
                                      const char *actor,
                                      const char *from,
                                      const char *to,
                                      const pec_keys *keys,
                                      int64_t now,
                                      uint32_t threads,
                                      pec_work **out,
                                      pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// An answer as the middleware of smart cards makes it: a CMS (`.p7m`, `.p7s`), DER, PEM or base64, with the text inside or beside it.
// `challenge` is the text as it was given out.
//
// # Safety
// `challenge` is NULL or ends with NUL; `cms` is NULL or the first of `len` bytes that can be read.
pec_result pec_card_answer_cms(const char *challenge,
                               const uint8_t *cms,
                               size_t len,
                               pec_card_answer **out,
                               pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// An answer as a bare signature, with the certificate of the card, DER or PEM. `scheme` is `rsa-sha256`, `rsa-pss-sha256` or
// `ecdsa-sha256`; or sha384, sha512.
//
// # Safety
// `challenge` and `scheme` are NULL or end with NUL; `certificate` and `signature` are NULL or the first of so many bytes that can be
// read.
pec_result pec_card_answer_bare(const char *challenge,
                                const uint8_t *certificate,
                                size_t certificate_len,
                                const char *scheme,
                                const uint8_t *signature,
                                size_t signature_len,
                                pec_card_answer **out,
                                pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Adds a certificate, DER or PEM: of an authority that stands between, or that of the card where a CMS does not carry it. It is not
// trusted by itself.
//
// # Safety
// `certificate` is NULL or the first of `len` bytes that can be read.
pec_result pec_card_answer_add_certificate(pec_card_answer *answer,
                                           const uint8_t *certificate,
                                           size_t len,
                                           pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Ends the life of an answer. NULL is allowed.
void pec_card_answer_free(pec_card_answer *answer);
#endif

#if defined(PEC_ARCHIVE)
// Gives out what a card has to sign to log in to this mailbox, or to be registered with it (`purpose`, a `pec_login_purpose`): it holds
// once, for five minutes. `audience` is the service that asks, by a name that the person knows and that no other service has. What
// comes out is one JSON object (`challenge`); freed by `pec_text_free`. `PEC_ARCHIVE_DENIED` where there is no such mailbox, or too many
// challenges of it wait: how often somebody may try is for the host to limit.
//
// # Safety
// `mailbox` and `audience` are NULL or end with NUL.
pec_result pec_archive_begin_login(const pec_archive *archive,
                                   const char *mailbox,
                                   const char *audience,
                                   uint32_t purpose,
                                   int64_t now,
                                   pec_text **out,
                                   pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Lets somebody in who has answered a challenge with a signature kit, as `check` (a `pec_revocation_check`) asks, by the authorities for
// cards of `trust` (`pec_trust_store_add_login_anchor`) and no others. What comes out is one JSON object (`login`); freed by
// `pec_text_free`. The challenge is used up, whatever comes of it, and the log says who came in, or who did not and why.
//
// It proves that somebody has the card and its PIN, now. It does not prove who that is beyond what the authority vouches for, is no
// qualified signature, and gives no right.
//
// `PEC_ARCHIVE_DENIED`: the error has the reason (`PEC_ERROR_REASON`), a code of its own for each thing that can be wrong (`login.*`).
//
// # Safety
// `mailbox` and `audience` are NULL or end with NUL.
pec_result pec_archive_login(const pec_archive *archive,
                             const char *mailbox,
                             const char *audience,
                             const pec_card_answer *answer,
                             const pec_trust_store *trust,
                             const pec_evidence *evidence,
                             uint32_t check,
                             int64_t now,
                             pec_text **out,
                             pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Registers the kit that has answered a challenge for that under a name: for `user`, a delegate of the mailbox, or, where it is empty, for
// whoever it is held for. Whoever administers the mailbox does it. What comes out is one JSON object (`kit`); freed by `pec_text_free`.
// The rest is as for `pec_archive_login`. Removed by `pec_archive_act` (`remove-kit`), listed with the mailboxes of
// `pec_archive_listing`.
//
// # Safety
// `mailbox`, `audience`, `name` and `user` are NULL or end with NUL.
pec_result pec_archive_register_kit(const pec_archive *archive,
                                    const char *mailbox,
                                    const char *audience,
                                    const pec_card_answer *answer,
                                    const pec_trust_store *trust,
                                    const pec_evidence *evidence,
                                    uint32_t check,
                                    const char *name,
                                    const char *user,
                                    int64_t now,
                                    pec_text **out,
                                    pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Keeps beside messages what a register answered about the address of a recipient: it goes into the bundles of their transactions,
// and is erased with them. `ids` are their identifiers with commas between them, `lookup` is one JSON object:
// `{"form":"pec-lookup/1","address":"…","register":"INI-PEC","asked":null,"asked_at":"2026-02-09T08:00:00Z","valid_on":null,
// "found":true,"answer":"…"}`, with by what it was asked where that was not the address, for which day where the register knows the
// past, and its answer, byte for byte, in base64. `PEC_ARCHIVE_NOT_FOUND` for a message that is not here, `PEC_ARCHIVE_VALUE` for what
// is no look-up, or is one of the future: then none was kept. It proves nothing about the register: the host says what it answered.
//
// # Safety
// `ids` and `lookup` are NULL or end with NUL.
pec_result pec_archive_note_lookup(const pec_archive *archive,
                                   const char *ids,
                                   const char *lookup,
                                   int64_t now,
                                   pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// What was looked up for a message, in the order of time: one JSON object (`look-up`) a line. `PEC_ARCHIVE_NOT_FOUND` for a message
// that is not here. Freed by `pec_text_free`.
//
// # Safety
// `id` is NULL or ends with NUL.
pec_result pec_archive_lookups(const pec_archive *archive,
                               const char *id,
                               pec_text **out,
                               pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The same open archive, used in the name of somebody who administers (*operatore*), as far as the scope goes: `scope` is a
// `pec_scope`, `code` that of the client or account, empty for `PEC_SCOPE_HOST`. The host vouches for who it is. To administer is
// not to read: for that an operator needs grants as a user. The rest is as for `pec_archive_as`.
//
// # Safety
// `name` and `code` are NULL or end with NUL.
pec_result pec_archive_as_operator(const pec_archive *archive,
                                   const char *name,
                                   uint32_t scope,
                                   const char *code,
                                   pec_archive **out,
                                   pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Does this to the organisation, in the name of whoever the handle acts for: `command` is one JSON object, the name of the command
// under `command` and its fields as they stand in the events (`{"command":"suspend-user","user":"anna"}`). It is decided on what the
// log has and written to the log in one step; when it returns it is on stable storage, and of several who claim the same at once one
// gets it. What comes out is each event that came of it, one JSON object a line; none where it was so already. Freed by
// `pec_text_free`.
//
// `PEC_ARCHIVE_DENIED` where it is not permitted or cannot be done: the error has the reason (`PEC_ERROR_REASON`), the log says that
// it was attempted, and nothing else has changed. `PEC_ARCHIVE_VALUE` where it is no command, or the name of whoever acts is nobody's.
//
// # Safety
// `command` is NULL or ends with NUL.
pec_result pec_archive_act(const pec_archive *archive,
                           const char *command,
                           int64_t now,
                           pec_text **out,
                           pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// What is known of the organisation at `now`, as far as the scope goes (a `pec_scope` and its code, empty for `PEC_SCOPE_HOST`), and
// never further than whoever the handle acts for sees: one JSON object a line, whose form is docs/schema/organisation-1.json.
// `listing` is `policy`, `roles`, `clients`, `accounts`, `catalogues`, `users`, `mailboxes`, `grants`, `mandates`, `shares`, `work`,
// `requests` or `due`. `query` says which mailboxes or requests, in JSON, all where it is empty: `{"part":"gare"}`, `{"provider-user":"U1"}`,
// `{"activated":{"from":"…","until":"…"}}`, `{"in":"active"}`; `{"since":"…"}`, `{"reference":"R1"}`, `{"activation-code":"…"}`,
// `{"mailbox":"…"}`, `{"requester":"…"}`, `{"holder":"…"}`. A user sees his grants, what he may read by a share, and work
// where he may list: for the rest `PEC_ARCHIVE_DENIED`. Freed by `pec_text_free`.
//
// # Safety
// `listing`, `query` and `code` are NULL or end with NUL.
pec_result pec_archive_listing(const pec_archive *archive,
                               const char *listing,
                               const char *query,
                               uint32_t scope,
                               const char *code,
                               int64_t now,
                               pec_text **out,
                               pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Whether whoever the handle acts for may do this in a mailbox at `now`, by the name of the permission (`send`): what comes out says
// by what, and under which mandate of the holder, as one JSON object (`right`). `object` is a `pec_object`; `folder` and `tags`, with
// commas between them, are those of the message, and empty where they are not asked for. `PEC_ARCHIVE_DENIED` where he may not: the
// error has the reason, and the permission that was missing. It is asked for anew at each act: a right does not outlive a withdrawal.
// That it was asked is not in the log. Freed by `pec_text_free`.
//
// # Safety
// `permission`, `mailbox`, `folder` and `tags` are NULL or end with NUL.
pec_result pec_archive_may(const pec_archive *archive,
                           const char *permission,
                           const char *mailbox,
                           uint32_t object,
                           const char *folder,
                           const char *tags,
                           int64_t now,
                           pec_text **out,
                           pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Looks at a document before it is uploaded (`stage-document`): what it is by its first bytes, whatever its name says, and its
// digest, as one JSON object, which is the `document` of the command. `kind` is `contract` or `revoke-form`. That it is a PDF, a TIFF
// or a JPEG does not prove that it can be opened, nor what stands in it. `PEC_ARCHIVE_DENIED` (`document.format`) where it is none of
// the three. Freed by `pec_text_free`.
//
// # Safety
// `kind` and `name` are NULL or end with NUL; `data` is NULL or the first of `len` bytes that can be read.
pec_result pec_document_examine(const char *kind,
                                const char *name,
                                const uint8_t *data,
                                size_t len,
                                pec_text **out,
                                pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Opens a share (*messa a disposizione*) with whoever the handle acts for: the messages of its dossier that lie in its mailbox, oldest
// first, one JSON object (`entry`) a line. That it was opened, by whom and when, is on stable storage before they are given.
// `PEC_ARCHIVE_DENIED` where it is another's, over, withdrawn, or has not begun. Freed by `pec_text_free`.
//
// # Safety
// `share` is NULL or ends with NUL.
pec_result pec_archive_open_share(const pec_archive *archive,
                                  const char *share,
                                  int64_t now,
                                  pec_text **out,
                                  pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The exact bytes of a message of a share. That it was read is on stable storage before they are given. `PEC_ARCHIVE_NOT_FOUND` for a
// message that is not part of it; the rest is as for `pec_archive_open_share`. Freed by `pec_blob_free`.
//
// # Safety
// `share` and `id` are NULL or end with NUL.
pec_result pec_archive_get_shared(const pec_archive *archive,
                                  const char *share,
                                  const char *id,
                                  int64_t now,
                                  pec_blob **out,
                                  pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Takes a message to be sent from a mailbox by whoever sends next: its exact bytes are archived, and when this returns they and the
// ticket are on stable storage. `key` is the caller's own name for it, up to 500 bytes (an invoice number): within the mailbox it
// stands for one message, for ever. The same key with the same bytes, `sender` and `recipients`, addresses with commas
// between them, gives the same ticket, whatever has become of it, so that a caller who does not know whether he was heard can ask
// again. What comes out is one JSON object (`ticket`); freed by `pec_text_free`.
//
// `PEC_COMPOSE_REFUSED` where a provider of these conditions would not take it, with every reason in the evidence:
// `pec_preflight` gives them one by one. `PEC_ARCHIVE_KEY_REUSED` where the key stands for another message;
// `PEC_ARCHIVE_VALUE` for an empty or odd key, or no recipients. Nothing was stored then.
//
// # Safety
// `mailbox`, `key`, `sender` and `recipients` are NULL or end with NUL; `data` is NULL or the first of `len` bytes that can be read.
pec_result pec_archive_queue(const pec_archive *archive,
                             const pec_intake *intake,
                             const char *mailbox,
                             const char *key,
                             const char *sender,
                             const char *recipients,
                             const uint8_t *data,
                             size_t len,
                             const pec_conditions *conditions,
                             int64_t now,
                             pec_text **out,
                             pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The same for a message that was composed here: its envelope is known.
//
// # Safety
// `mailbox` and `key` are NULL or end with NUL.
pec_result pec_archive_queue_composed(const pec_archive *archive,
                                      const pec_intake *intake,
                                      const char *mailbox,
                                      const char *key,
                                      const pec_composed *composed,
                                      const pec_conditions *conditions,
                                      int64_t now,
                                      pec_text **out,
                                      pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The ticket of this key, as one JSON object (`ticket`): where what was given to be sent stands, and what the server said.
// `PEC_ARCHIVE_NOT_FOUND`. Freed by `pec_text_free`.
//
// # Safety
// `mailbox` and `key` are NULL or end with NUL.
pec_result pec_archive_ticket(const pec_archive *archive,
                              const char *mailbox,
                              const char *key,
                              pec_text **out,
                              pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// At most `limit` tickets of a mailbox in a state (`queued`, `sending`, `sent`, `refused`, `unknown`), in the order in which they
// were given, behind the one of this `number`, 0 for the beginning: one JSON object (`ticket`) a line. Freed by `pec_text_free`.
//
// # Safety
// `mailbox` and `state` are NULL or end with NUL.
pec_result pec_archive_tickets(const pec_archive *archive,
                               const char *mailbox,
                               const char *state,
                               int64_t number,
                               size_t limit,
                               pec_text **out,
                               pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The tickets of a message, by its 64 hexadecimal digits, in the order in which they were given: one JSON object (`ticket`) a line,
// none for one that nobody has given to be sent. `PEC_ARCHIVE_NOT_FOUND`. Freed by `pec_text_free`.
//
// # Safety
// `id` is NULL or ends with NUL.
pec_result pec_archive_tickets_of(const pec_archive *archive,
                                  const char *id,
                                  pec_text **out,
                                  pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Ends that nobody knows of a message whether it has gone; `resolution` is a `pec_resolution`. What comes out is its ticket, one
// JSON object (`ticket`). `PEC_ARCHIVE_VALUE` where it is known; `PEC_ARCHIVE_NOT_FOUND`. Freed by `pec_text_free`.
//
// # Safety
// `mailbox` and `key` are NULL or end with NUL.
pec_result pec_archive_resolve(const pec_archive *archive,
                               const pec_intake *intake,
                               const char *mailbox,
                               const char *key,
                               uint32_t resolution,
                               int64_t now,
                               pec_text **out,
                               pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// No rules. Freed by `pec_rules_free`.
pec_result pec_rules_new(pec_rules **out, pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Adds a rule behind the others, for every message that `query` finds, all where it is empty. Its `name` is its identity: it acts
// once on each message, under whatever conditions it has later. `suggests` is 0 for a rule that acts by itself, 1 for one that only
// suggests and waits for somebody to decide. `PEC_ARCHIVE_QUERY`, whose evidence says where; `PEC_ARCHIVE_VALUE` for an empty
// name, or one that is there.
//
// # Safety
// `name` and `query` are NULL or end with NUL.
pec_result pec_rules_add(pec_rules *rules,
                         const char *name,
                         const char *query,
                         uint32_t suggests,
                         pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Adds something that the rule does which was added last; `action` is a `pec_action`. `PEC_ABSENT` before the first rule,
// `PEC_ARCHIVE_VALUE` for an empty value.
//
// # Safety
// `value` is NULL or ends with NUL.
pec_result pec_rules_add_action(pec_rules *rules,
                                uint32_t action,
                                const char *value,
                                pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Ends the life of rules. NULL is allowed.
void pec_rules_free(pec_rules *rules);
#endif

#if defined(PEC_ARCHIVE)
// Lets rules act on messages, each rule once on each message; all of it or nothing. `ids` are the identifiers of the messages with
// commas between them. What is done is logged as if somebody had done it by hand. What comes out is one JSON object (`filed`) for
// each rule and message that it has acted on, or for which it suggests something; freed by `pec_text_free`.
// `PEC_ARCHIVE_NOT_FOUND` for a message that is not here: then nothing was done.
//
// # Safety
// `ids` is NULL or ends with NUL.
pec_result pec_archive_file(const pec_archive *archive,
                            const pec_rules *rules,
                            const char *ids,
                            int64_t now,
                            pec_text **out,
                            pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Why the rule of this name acts on a message of the archive, or does not, as one JSON object (`explained`): both, the conditions as
// they could be typed, each with whether it holds, and the actions. `holds` is 1 where all of them do, else 0. Nothing is done. `PEC_ABSENT` where no
// rule has this name, `PEC_ARCHIVE_NOT_FOUND`. Freed by `pec_text_free`.
//
// # Safety
// `name` and `id` are NULL or end with NUL.
pec_result pec_archive_explain(const pec_archive *archive,
                               const pec_rules *rules,
                               const char *name,
                               const char *id,
                               uint32_t *holds,
                               pec_text **out,
                               pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Why the rule of this name would act on a message, or would not, if it came in now: the bytes are judged by `intake`, beside
// everything that is in the archive, in a transaction that is taken back, so that nothing is kept of them. A message that is here
// already has its tags. An archive that is open for reading alone cannot: `PEC_ARCHIVE_READ_ONLY`. The rest is as for
// `pec_archive_explain`.
//
// # Safety
// `name` is NULL or ends with NUL; `data` is NULL or the first of `len` bytes that can be read.
pec_result pec_archive_explain_bytes(const pec_archive *archive,
                                     const pec_intake *intake,
                                     const pec_rules *rules,
                                     const char *name,
                                     const uint8_t *data,
                                     size_t len,
                                     int64_t now,
                                     uint32_t *holds,
                                     pec_text **out,
                                     pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// What waits for somebody to decide, oldest first, at most `limit`: one JSON object (`suggestion`) a line. Freed by
// `pec_text_free`.
pec_result pec_archive_suggestions(const pec_archive *archive,
                                   size_t limit,
                                   pec_text **out,
                                   pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Does what the rule of this name suggests for a message. `PEC_ARCHIVE_NOT_FOUND` where it suggests nothing, or somebody has
// decided already.
//
// # Safety
// `id` and `rule` are NULL or end with NUL.
pec_result pec_archive_accept(const pec_archive *archive,
                              const char *id,
                              const char *rule,
                              int64_t now,
                              pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Puts aside what the rule of this name suggests for a message: it is not suggested again. The rest is as for `pec_archive_accept`.
//
// # Safety
// `id` and `rule` are NULL or end with NUL.
pec_result pec_archive_dismiss(const pec_archive *archive,
                               const char *id,
                               const char *rule,
                               pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// A report about mailboxes, of which nothing is in it that whoever uses the handle may not see. `kind` is `active-mailboxes`,
// `revoked-mailboxes`, `service-use`, `delegates`, `delivery`, `traffic`, `access-lost` or `proof-expiring`. `client` or `account`
// choose what belongs to one of them; both empty: all. `months` is `2026-01`, or `2026-01..2026-03`, as they are counted in Rome;
// empty: those that the report means by itself. `form` is `csv`, `csv-bom` (behind the mark by which spreadsheets know UTF-8), `json`
// (docs/schema/sheet-1.json), or `html`, a page to be printed. `now` is the caller's time in seconds since 1970 (UTC).
//
// `rows` becomes how many rows there are; with none, `form` says «Attenzione: nessun dato estratto» where it can.
//
// `PEC_ARCHIVE_VALUE` for months where the report takes none (`delegates`, `access-lost`), `PEC_ARCHIVE_NOT_FOUND` for a client or
// account that there is not, or that is not seen, `PEC_BAD_VALUE` for what is not understood. Freed by `pec_text_free`.
//
// # Safety
// `kind`, `client`, `account`, `months` and `form` are NULL or end with NUL.
pec_result pec_archive_report(const pec_archive *archive,
                              const char *kind,
                              const char *client,
                              const char *account,
                              const char *months,
                              const char *form,
                              int64_t now,
                              size_t *rows,
                              pec_text **out,
                              pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The domains of the accounts that whoever uses the handle administers, with the date of their last check and what was not as it
// should be: all of them, or with `anomalous_only` not 0 those that are not as they should be. `records` is what the host has found
// in the DNS, as JSON: `{"expected": {"mx": [], "txt": []}, "checks": [{"domain": "…", "checked_at": "…", "mx": [], "txt": []}]}`;
// nothing is asked of any server. The rest is as for `pec_archive_report`.
//
// # Safety
// `client`, `account` and `form` are NULL or end with NUL; `records` is NULL or the first of `records_len` bytes.
pec_result pec_archive_domain_report(const pec_archive *archive,
                                     int32_t anomalous_only,
                                     const char *client,
                                     const char *account,
                                     const uint8_t *records,
                                     size_t records_len,
                                     const char *form,
                                     int64_t now,
                                     size_t *rows,
                                     pec_text **out,
                                     pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Gives the exact bytes of a message to `sink`, a piece at a time, so that a large one is never held whole. What was given
// counts only when the call returns `PEC_OK`. `PEC_ARCHIVE_FILE` when `sink` ends it; the rest is as for `pec_archive_get`.
//
// # Safety
// `id` is NULL or ends with NUL; `sink` can be called with `userdata` until the call ends.
pec_result pec_archive_get_to(const pec_archive *archive,
                              const char *id,
                              void *userdata,
                              pec_sink_function sink,
                              pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Stores one message that is read from `source`. One within the limits of `intake` is as one that was given to
// `pec_archive_put`. One beyond them is not lost: it goes into the archive piece by piece, up to 1 TiB, judged as what is too
// long to be verified, and `pec_archive_get_to` gives it back; so much as the limits allow is held of it. While the rest of it
// is read nobody else can write, so `source` must not itself write to this archive. `PEC_ARCHIVE_FILE` when `source` ends the
// call: then nothing was stored. The rest is as for `pec_archive_put`.
//
// # Safety
// `source` can be called with `userdata` until the call ends, and writes no more than it says.
pec_result pec_archive_put_from(const pec_archive *archive,
                                const pec_intake *intake,
                                void *userdata,
                                pec_source_function source,
                                int64_t now,
                                pec_ids **out,
                                pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Has the present root of the log stamped (RFC 3161) by `stamp`: from then on every message that is here is proven to have
// existed at that time, whatever becomes of the certificate of its signer. `trust` names the authority
// (`pec_trust_store_add_time_stamp_anchor`), `now` is the caller's time in seconds since 1970 (UTC). Stamping again renews. What
// comes out is one JSON object (`stamped`); freed by `pec_text_free`. `PEC_ARCHIVE_TIME_STAMP` when there is nothing to stamp,
// `stamp` fails, or the token is not over this root by an authority that `trust` names: then nothing was written.
//
// It proves that the messages existed, not that the archive is complete.
//
// # Safety
// `stamp` can be called with `userdata` until the call ends.
pec_result pec_archive_stamp(const pec_archive *archive,
                             const pec_trust_store *trust,
                             int64_t now,
                             void *userdata,
                             pec_stamp_function stamp,
                             pec_text **out,
                             pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// The request for a token over `note` (RFC 3161), to be sent to an authority as `application/timestamp-query`: by SHA-256, with the
// authority's certificate, without a nonce. Freed by `pec_blob_free`.
//
// # Safety
// `note` is NULL or the first of `len` bytes that can be read.
pec_result pec_time_stamp_request(const uint8_t *note,
                                  size_t len,
                                  pec_blob **out,
                                  pec_error **error);
#endif

#if defined(PEC_ARCHIVE)
// Everything that proves the transaction of this *identificativo* or *msgid*, as one ZIP, which `pec_proof_check` and `pec proof
// verify` check without the archive: its messages as received, the evidence by which they were judged, their places in the log
// and the time-stamps over it. The page inside is written as `trust` judges at `now`, in seconds since 1970 (UTC).
// `PEC_ARCHIVE_NOT_FOUND` when nothing speaks of it. Freed by `pec_blob_free`.
//
// # Safety
// `identifier` is NULL or ends with NUL.
pec_result pec_archive_bundle(const pec_archive *archive,
                              const pec_trust_store *trust,
                              const char *identifier,
                              int64_t now,
                              pec_blob **out,
                              pec_error **error);
#endif

// The bytes. They live as long as the blob.
pec_result pec_blob_bytes(const pec_blob *blob, pec_bytes *out);

// Ends the life of a blob. NULL is allowed.
void pec_blob_free(pec_blob *blob);

// Takes the signatures off a signed file (`.p7m`), such as an attachment of `pec_message_extract`: DER or BER, as bytes, as
// base64 text or as PEM, also several around each other. Freed by `pec_cades_free`.
//
// `PEC_NOT_SIGNED` when it is no such file or holds no document (a detached `.p7s`), `PEC_SIGNATURE_DAMAGED` when it cannot
// be read, `PEC_SIGNATURE_LIMITS` when there is too much of it. An inner layer that cannot be opened is no error: it is the
// content then.
//
// What comes out proves at most that the document is the one that the key in the file signed. It does not prove who signed,
// or when, or that the signature has any legal effect: no certificate is judged.
//
// # Safety
// `data` is NULL or the first of `len` bytes that can be read.
pec_result pec_cades_unwrap(const uint8_t *data,
                            size_t len,
                            pec_cades **out,
                            pec_error **error);

// The document inside all signatures. It lives as long as the opened file. Where a signer's integrity is anything but
// `intact`, it is not known to be the document that was signed.
pec_result pec_cades_content(const pec_cades *cades,
                             pec_bytes *out);

// How many signatures stand around each other: 1 at least.
pec_result pec_cades_layer_count(const pec_cades *cades, size_t *out);

// How many signed side by side in the layer at this position, from 0, the outermost: 0 for a wrapper that nobody signed.
pec_result pec_cades_signer_count(const pec_cades *cades,
                                  size_t layer,
                                  size_t *out);

// One text of a signer; layer and signer are positions from 0, `field` is a `pec_signer_field`. `PEC_ABSENT` where there is
// none. It lives as long as the opened file.
pec_result pec_cades_signer_text(const pec_cades *cades,
                                 size_t layer,
                                 size_t signer,
                                 uint32_t field,
                                 pec_str *out);

// One number of a signer; layer and signer are positions from 0, `field` is a `pec_signer_number`. `PEC_ABSENT` where there
// is none.
pec_result pec_cades_signer_number(const pec_cades *cades,
                                   size_t layer,
                                   size_t signer,
                                   uint32_t field,
                                   int64_t *out);

// The certificate that a signer names, DER; layer and signer are positions from 0. `PEC_ABSENT` when the file does not hold
// it. It lives as long as the opened file. It is not judged.
pec_result pec_cades_signer_certificate(const pec_cades *cades,
                                        size_t layer,
                                        size_t signer,
                                        pec_bytes *out);

// Ends the life of a file that was opened. NULL is allowed.
void pec_cades_free(pec_cades *cades);

// A draft without text and recipients. `from` is the address of the mailbox from which it goes, `name` what is shown beside it,
// empty for nothing. Freed by `pec_draft_free`.
//
// # Safety
// `from`, `name` and `subject` are NULL or end with NUL.
pec_result pec_draft_new(const char *from,
                         const char *name,
                         const char *subject,
                         pec_draft **out,
                         pec_error **error);

// An answer to a message, which goes along byte for byte: to whoever asks for answers, else to its sender. In the envelope of a
// PEC that is the sender of the original, never the provider. `message` need not be certified: what it says of its sender may
// be a lie. The rest is as for `pec_draft_new`.
//
// # Safety
// `from` and `name` are NULL or end with NUL.
pec_result pec_draft_reply(const char *from,
                           const char *name,
                           const pec_message *message,
                           pec_draft **out,
                           pec_error **error);

// A message handed on, byte for byte: a PEC inside keeps its proof. The rest is as for `pec_draft_new`.
//
// # Safety
// `from` and `name` are NULL or end with NUL.
pec_result pec_draft_forward(const char *from,
                             const char *name,
                             const pec_message *message,
                             pec_draft **out,
                             pec_error **error);

// Sets one text of a draft; `field` is a `pec_draft_field`. `PEC_BAD_VALUE` for a receipt that there is not. Whether a text can be
// written is said when the draft is composed.
//
// # Safety
// `value` is NULL or ends with NUL.
pec_result pec_draft_set(pec_draft *draft,
                         uint32_t field,
                         const char *value,
                         pec_error **error);

// Adds a recipient; `addressed` is a `pec_addressed`, `name` what is shown beside the address, empty for nothing. PEC knows no
// blind copies.
//
// # Safety
// `address` and `name` are NULL or end with NUL.
pec_result pec_draft_add_recipient(pec_draft *draft,
                                   uint32_t addressed,
                                   const char *address,
                                   const char *name,
                                   pec_error **error);

// Takes all recipients away, those too that an answer has found.
pec_result pec_draft_clear_recipients(pec_draft *draft, pec_error **error);

// Adds a file, of which it takes a copy. `media_type` is `type/subtype`, empty where it is not known.
//
// # Safety
// `name` and `media_type` are NULL or end with NUL; `data` is NULL or the first of `len` bytes that can be read.
pec_result pec_draft_attach(pec_draft *draft,
                            const char *name,
                            const char *media_type,
                            const uint8_t *data,
                            size_t len,
                            pec_error **error);

// Adds a message that goes along byte for byte, of which it takes a copy; `name` is that of its file.
//
// # Safety
// `name` is NULL or ends with NUL; `data` is NULL or the first of `len` bytes that can be read.
pec_result pec_draft_carry(pec_draft *draft,
                           const char *name,
                           const uint8_t *data,
                           size_t len,
                           pec_error **error);

// Writes a draft. `now` is the caller's time in seconds since 1970 (UTC), which its date shows as clocks in Italy do; of `seed`,
// 32 bytes that are used for this message alone, are made its Message-ID and its boundaries: the same seed and time write the
// same bytes. A `seed_len` of 0 has the seed drawn at random. `PEC_COMPOSE_REFUSED` for values that cannot be written, with
// every one of them in the evidence. Whether a provider takes what is written, `pec_draft_refusals` says. Freed by
// `pec_composed_free`.
//
// # Safety
// `seed` is NULL or the first of `seed_len` bytes that can be read.
pec_result pec_draft_compose(const pec_draft *draft,
                             int64_t now,
                             const uint8_t *seed,
                             size_t seed_len,
                             pec_composed **out,
                             pec_error **error);

// Everything that keeps a draft from being sent under these conditions, and what a person should know, at once. It proves as
// little as `pec_preflight` that a provider takes it. Freed by `pec_refusals_free`.
pec_result pec_draft_refusals(const pec_draft *draft,
                              const pec_conditions *conditions,
                              pec_refusals **out,
                              pec_error **error);

// Ends the life of a draft. NULL is allowed.
void pec_draft_free(pec_draft *draft);

// The exact bytes: CRLF throughout and at the end, 7-bit. They live as long as the composed message.
pec_result pec_composed_bytes(const pec_composed *composed, pec_bytes *out);

// Its Message-ID, without brackets. It lives as long as the composed message.
pec_result pec_composed_message_id(const pec_composed *composed, pec_str *out);

// The SMTP sender. It lives as long as the composed message.
pec_result pec_composed_sender(const pec_composed *composed, pec_str *out);

// How many SMTP recipients it has: To and Cc, each once.
pec_result pec_composed_recipient_count(const pec_composed *composed, size_t *out);

// The SMTP recipient at `index`, from 0. `PEC_ABSENT` beyond the last. It lives as long as the composed message.
pec_result pec_composed_recipient(const pec_composed *composed,
                                  size_t index,
                                  pec_str *out);

// Ends the life of a composed message. NULL is allowed.
void pec_composed_free(pec_composed *composed);

// The conditions of a provider of whom only what the law asks for is known: what is beyond that is a warning, since most take
// more. Freed by `pec_conditions_free`.
pec_result pec_conditions_new(pec_conditions **out,
                              pec_error **error);

// Sets a condition, a `pec_condition`: what is beyond it is refused.
pec_result pec_conditions_set(pec_conditions *conditions,
                              uint32_t condition,
                              uint64_t value,
                              pec_error **error);

// Ends the life of conditions. NULL is allowed.
void pec_conditions_free(pec_conditions *conditions);

// Every reason why a provider would not take these bytes, whoever has written them, from this SMTP `sender` to these SMTP
// `recipients`, addresses with commas between them; and what a person should know. Freed by `pec_refusals_free`.
//
// It does not prove that the provider takes them: he looks for viruses, knows the mailbox, and has limits of his own.
//
// # Safety
// `data` is NULL or the first of `len` bytes that can be read; `sender` and `recipients` are NULL or end with NUL.
pec_result pec_preflight(const uint8_t *data,
                         size_t len,
                         const char *sender,
                         const char *recipients,
                         const pec_conditions *conditions,
                         pec_refusals **out,
                         pec_error **error);

// Looks at a file before it is sent, by its name and its bytes: what would keep others from opening it comes out as reasons,
// `kind` is what it is by its first bytes (`pdf`, `zip`, `ole`, `rtf`, `xml`, `signed`, `jpeg`, `png`, `tiff`, `archive`,
// `program`), empty where they say nothing, and always there. Beyond `large` bytes its size is remarked, unless that is 0. `score`
// is how legible a person or a program found it, from 0 to 100, remarked below `least`; 0 and 0 where nobody has looked. Nothing is
// unpacked. Freed by `pec_refusals_free`.
//
// It is no search for viruses. That nothing is found does not prove that a file is harmless.
//
// # Safety
// `name` is NULL or ends with NUL; `data` is NULL or the first of `len` bytes that can be read.
pec_result pec_attachment_examine(const char *name,
                                  const uint8_t *data,
                                  size_t len,
                                  uint64_t large,
                                  uint32_t score,
                                  uint32_t least,
                                  pec_str *kind,
                                  pec_refusals **out,
                                  pec_error **error);

// How many reasons there are.
pec_result pec_refusals_count(const pec_refusals *refusals, size_t *out);

// Whether one of them keeps the message from being sent: 1 or 0.
pec_result pec_refusals_is_refused(const pec_refusals *refusals, uint32_t *out);

// One text of the reason at `index`, from 0; `field` is a `pec_refusal_field`. `PEC_ABSENT` beyond the last. It lives as long as
// the reasons.
pec_result pec_refusals_text(const pec_refusals *refusals,
                             size_t index,
                             uint32_t field,
                             pec_str *out);

// Ends the life of reasons. NULL is allowed.
void pec_refusals_free(pec_refusals *refusals);

// Whether this is an address that PEC takes, `local@domain` in ASCII without quotes: 1 or 0. It does not prove that there is such
// a mailbox.
//
// # Safety
// `address` is NULL or ends with NUL.
pec_result pec_is_address(const char *address,
                          uint32_t *out);

// A tax identifier (*codice fiscale*, *partita IVA*) in capitals and without blanks; `kind` is a `pec_tax_id_kind`. That it is well
// formed proves that nobody mistyped it. It does not prove that it was ever given to anybody. `PEC_BAD_VALUE` for what is none;
// the evidence says why. Freed by `pec_text_free`.
//
// # Safety
// `given` is NULL or ends with NUL.
pec_result pec_tax_id_check(const char *given,
                            uint32_t *kind,
                            pec_text **out,
                            pec_error **error);

// Reads the directory from an LDIF file. `PEC_DIRECTORY` with the line when it cannot be read. Freed by
// `pec_directory_free`.
//
// # Safety
// `ldif` is NULL or the first of `len` bytes that can be read.
pec_result pec_directory_from_ldif(const uint8_t *ldif, size_t len, pec_directory **out, pec_error **error);

// The name of the provider that manages a mail domain, by the directory; `domain` is UTF-8, ended by NUL. `PEC_ABSENT` when
// none does. It lives as long as the directory.
//
// # Safety
// `domain` is NULL or ends with NUL.
pec_result pec_directory_provider(const pec_directory *directory,
                                  const char *domain,
                                  pec_str *out);

// How many records the directory has: one for each provider, and one for each of its secondary environments.
pec_result pec_directory_count(const pec_directory *directory, size_t *out);

// One value of the record at the position `provider`, from 0; `field` is a `pec_provider_field`, `index` counts from 0.
// `PEC_ABSENT` beyond the last. It lives as long as the directory.
pec_result pec_directory_text(const pec_directory *directory,
                              size_t provider,
                              uint32_t field,
                              size_t index,
                              pec_str *out);

// How many values a field of the record at the position `provider` has.
pec_result pec_directory_value_count(const pec_directory *directory,
                                     size_t provider,
                                     uint32_t field,
                                     size_t *out);

// A certificate of the record at the position `provider`, DER; `index` counts from 0 as for its digests. `PEC_ABSENT`
// beyond the last. It lives as long as the directory. Nothing of it was checked but its outermost shape.
pec_result pec_directory_certificate(const pec_directory *directory,
                                     size_t provider,
                                     size_t index,
                                     pec_bytes *out);

// The position of the first record that manages a mail domain; `domain` is UTF-8, ended by NUL, upper and lower case alike.
// `PEC_ABSENT` when none does.
//
// # Safety
// `domain` is NULL or ends with NUL.
pec_result pec_directory_find_domain(const pec_directory *directory,
                                     const char *domain,
                                     size_t *out);

// The position of a record that lists a certificate, given as DER: `index` counts such records from 0, in the order of the
// file. `PEC_ABSENT` beyond the last.
//
// # Safety
// `certificate` is NULL or the first of `len` bytes that can be read.
pec_result pec_directory_find_certificate(const pec_directory *directory,
                                          const uint8_t *certificate,
                                          size_t len,
                                          size_t index,
                                          size_t *out);

// Whether a record that lists a certificate (DER) manages a mail domain (UTF-8, ended by NUL): 1 or 0. `PEC_ABSENT` when no
// record lists the certificate. 0 does not prove a fraud: the directory may be of another day than the message.
//
// # Safety
// `certificate` is NULL or the first of `len` bytes that can be read, `domain` is NULL or ends with NUL.
pec_result pec_directory_manages(const pec_directory *directory,
                                 const uint8_t *certificate,
                                 size_t len,
                                 const char *domain,
                                 uint32_t *out);

// How many remarks there are: departures from RFC 6109 that do not keep the directory from being used, the first thousand.
pec_result pec_directory_remark_count(const pec_directory *directory,
                                      size_t *out);

// The remark at the position `index`, from 0: the line of the file, from 1, at which the record or the attribute begins, and
// what it is, in English. `PEC_ABSENT` beyond the last. The text lives as long as the directory.
pec_result pec_directory_remark(const pec_directory *directory,
                                size_t index,
                                uint64_t *line,
                                pec_str *out);

// Ends the life of a directory. NULL is allowed.
void pec_directory_free(pec_directory *directory);

// One text about a finding code; `code` is its name (`cms.digest_mismatch`), UTF-8 ended by NUL, `field` a
// `pec_code_field`. `PEC_ABSENT` when no code has this name. The text lives for ever.
//
// # Safety
// `code` is NULL or ends with NUL.
pec_result pec_explain(const char *code, uint32_t field, pec_str *out);

// One text about a state of a recipient; `state` is its name (`awaiting-delivery`), UTF-8 ended by NUL, `field` a
// `pec_state_field`. `PEC_ABSENT` when no state has this name. The text lives for ever.
//
// # Safety
// `state` is NULL or ends with NUL.
pec_result pec_state_text(const char *state,
                          uint32_t field,
                          pec_str *out);

// Whether no further receipt is expected for a recipient in this state: 1 or 0. `state` is its name (`delivered`), UTF-8 ended
// by NUL. `PEC_ABSENT` when no state has this name.
//
// # Safety
// `state` is NULL or ends with NUL.
pec_result pec_state_is_final(const char *state,
                              uint32_t *out);

// How many finding codes there are.
size_t pec_code_count(void);

// The name of the finding code at `index`, from 0. `PEC_ABSENT` beyond the last. The text lives for ever.
pec_result pec_code_name(size_t index, pec_str *out);

// The number of an error, the one that the call has returned. `PEC_NULL` when `error` is NULL.
pec_result pec_error_result(const pec_error *error);

// One text of an error. `field` is a `pec_error_field`. The text lives as long as the error.
pec_result pec_error_text(const pec_error *error, uint32_t field, pec_str *out);

// Ends the life of an error. NULL is allowed.
void pec_error_free(pec_error *error);

// What a result number means and what can be done, for a person. `result` is a `pec_result`, `language` a
// `pec_language`. The text lives for ever.
pec_result pec_result_text(uint32_t result, uint32_t language, pec_str *out);

// Verifies the message in a file with the trust data of this version, at the time of the machine's clock, and writes the
// report into the caller's buffer. The verdict stands in it as `"verdict"`.
//
// `path` is UTF-8 and ends with NUL. `buf` has room for `cap` bytes; the report ends with NUL and `*need` is its size with
// it. When it has not room enough, nothing is written but `*need`, and the call returns `PEC_BUFFER_TOO_SMALL`: call again
// with more. `buf` may be NULL when `cap` is 0.
//
// # Safety
// `path` is NULL or ends with NUL, `buf` is NULL or the first of `cap` bytes that can be written.
pec_result pec_verify_file_json(const char *path,
                                char *buf,
                                size_t cap,
                                size_t *need);

// Verifies the message in a buffer with the caller's verifier and time; `name` is what the message is called in the report.
// The rest is as for `pec_verify_file_json`.
//
// # Safety
// `data` is NULL or the first of `len` bytes that can be read, `name` is NULL or ends with NUL, `buf` is NULL or the first
// of `cap` bytes that can be written.
pec_result pec_verify_bytes_json(const pec_verifier *verifier,
                                 const uint8_t *data,
                                 size_t len,
                                 const char *name,
                                 int64_t now,
                                 char *buf,
                                 size_t cap,
                                 size_t *need);

// What a finding code means, as a text in the caller's buffer. `code` is its name, `language` a `pec_language`;
// `PEC_ABSENT` when no code has this name. The buffer is as for `pec_verify_file_json`.
//
// # Safety
// `code` is NULL or ends with NUL, `buf` is NULL or the first of `cap` bytes that can be written.
pec_result pec_explain_flat(const char *code,
                            uint32_t language,
                            char *buf,
                            size_t cap,
                            size_t *need);

// Why the last flat call of this thread failed, as JSON: `result`, `code`, `layer`, `evidence`, `it`, `en`. `PEC_ABSENT`
// when it did not fail. The flat calls are those that write into a buffer of the caller's; the others give a `pec_error`.
// The buffer is as for `pec_verify_file_json`.
//
// # Safety
// `buf` is NULL or the first of `cap` bytes that can be written.
pec_result pec_last_error_json(char *buf,
                               size_t cap,
                               size_t *need);

// Verifies every message of a file, a folder with all below it, a Maildir or an mbox, on all cores, with the trust data of
// this version, at the time of the machine's clock: one line of JSON a message, ended by a line feed, as
// `pec verify --json` prints it. What cannot be read has a line too.
//
// `path` is UTF-8, ended by NUL. The buffer is as for `pec_verify_file_json`; after `PEC_BUFFER_TOO_SMALL` the same call on
// the same thread, if it is the next of this kind, gets what was found out without doing the work again.
//
// # Safety
// `path` is NULL or ends with NUL, `buf` is NULL or the first of `cap` bytes that can be written.
pec_result pec_verify_folder_json(const char *path,
                                  char *buf,
                                  size_t cap,
                                  size_t *need);

// The same with the caller's verifier, and its time in seconds since 1970 (UTC).
//
// # Safety
// As for `pec_verify_folder_json`.
pec_result pec_verify_folder_at_json(const pec_verifier *verifier,
                                     const char *path,
                                     int64_t now,
                                     char *buf,
                                     size_t cap,
                                     size_t *need);

// Ties the receipts of a file, a folder with all below it, a Maildir or an mbox to the messages they speak of, with the
// trust data of this version, at the time of the machine's clock: one line of JSON a dossier, ended by a line feed, then one
// a stray, then one for what could not be read, as `pec link --json` prints them.
//
// `own` names mailboxes of the caller's own with commas between them, or is an empty text; `reading` is a `pec_reading`.
// `path` and `own` are UTF-8, ended by NUL. The buffer is as for `pec_verify_folder_json`.
//
// # Safety
// `path` and `own` are NULL or end with NUL, `buf` is NULL or the first of `cap` bytes that can be written.
pec_result pec_link_folder_json(const char *path,
                                const char *own,
                                uint32_t reading,
                                char *buf,
                                size_t cap,
                                size_t *need);

// The same with the caller's verifier, and its time in seconds since 1970 (UTC).
//
// # Safety
// As for `pec_link_folder_json`.
pec_result pec_link_folder_at_json(const pec_verifier *verifier,
                                   const char *path,
                                   const char *own,
                                   int64_t now,
                                   uint32_t reading,
                                   char *buf,
                                   size_t cap,
                                   size_t *need);

#if defined(PEC_TEST_HOOKS)
// Panics inside, as a fault of the library would: `PEC_PANIC`.
pec_result pec_test_panic(pec_error **error);
#endif

#if defined(PEC_TEST_HOOKS)
// Work that panics, as a fault of the library in the background would: `PEC_EVENT_FAILED` with `PEC_PANIC`.
pec_result pec_test_work_panic(pec_work **out);
#endif

// An empty ledger. Freed by `pec_ledger_free`.
pec_result pec_ledger_new(pec_ledger **out, pec_error **error);

// Names a mailbox of the caller's own, UTF-8 ended by NUL: receipts of messages that others sent are then pointed out.
//
// # Safety
// `address` is NULL or ends with NUL.
pec_result pec_ledger_add_own_mailbox(pec_ledger *ledger,
                                      const char *address,
                                      pec_error **error);

// For messages of a service mailbox too, or not (at first); `service` is a `pec_service_receipts`.
pec_result pec_ledger_set_service_receipts(pec_ledger *ledger, uint32_t service, pec_error **error);

// Adds a verified message; `name`, UTF-8 ended by NUL, is what the dossiers call it. One that is of no transaction is passed
// over. The order in which messages are added changes nothing. The verification may be freed at once.
//
// Only what is certified moves the state of a recipient; the rest is listed as a claim.
//
// # Safety
// `name` is NULL or ends with NUL.
pec_result pec_ledger_add(pec_ledger *ledger,
                          const pec_verification *verification,
                          const char *name,
                          pec_error **error);

// Adds a message that the host itself has handed to the access point: at `at`, in seconds since 1970 (UTC), for these SMTP
// recipients, addresses with commas between them, with `sender` as the reverse path. Until a certified event comes, they are
// `pending`. The other parameters are those of `pec_ledger_add`.
//
// # Safety
// `name`, `sender` and `recipients` are NULL or end with NUL.
pec_result pec_ledger_add_submitted(pec_ledger *ledger,
                                    const pec_verification *verification,
                                    const char *name,
                                    const char *sender,
                                    const char *recipients,
                                    int64_t at,
                                    pec_error **error);

// The dossiers of a ledger, each worked out from the set of its messages: states of the recipients, events, contents,
// legal instants. `now`, in seconds since 1970 (UTC), measures silence and nothing else; `reading` is a `pec_reading`.
// Freed by `pec_dossiers_free`; they live without the ledger.
pec_result pec_ledger_dossiers(const pec_ledger *ledger,
                               int64_t now,
                               uint32_t reading,
                               pec_dossiers **out,
                               pec_error **error);

// The dossiers as one page of HTML for a person, to be read in a browser and printed; `language` is a `pec_language`, the
// other parameters are those of `pec_ledger_dossiers`. Freed by `pec_text_free`.
pec_result pec_ledger_page(const pec_ledger *ledger,
                           int64_t now,
                           uint32_t reading,
                           uint32_t language,
                           pec_text **out,
                           pec_error **error);

// Ends the life of a ledger. NULL is allowed.
void pec_ledger_free(pec_ledger *ledger);

// Ties the receipts of a file, a folder with all below it, a Maildir or an mbox to the messages they speak of, on all cores.
// `path` is UTF-8, ended by NUL; `own` names mailboxes of the caller's own with commas between them, or is empty. `now`, in
// seconds since 1970 (UTC), is when the messages are verified and measures silence; `reading` is a `pec_reading`.
//
// What cannot be read is listed, not an error. `PEC_LEDGER_FULL` beyond some millions of messages; `PEC_FILE` when the
// machine gives neither threads nor a temporary file. Freed by `pec_dossiers_free`.
//
// It lasts as long as it takes: `pec_work_link` does the same in the background.
//
// # Safety
// `path` and `own` are NULL or end with NUL.
pec_result pec_link_folder(const pec_verifier *verifier,
                           const char *path,
                           const char *own,
                           int64_t now,
                           uint32_t reading,
                           pec_dossiers **out,
                           pec_error **error);

// How many dossiers there are.
pec_result pec_dossiers_count(const pec_dossiers *dossiers, size_t *out);

// How many items the list of a field has in the dossier at `dossier`, from 0; absent values count too. `field` is a
// `pec_dossier_field`.
pec_result pec_dossiers_value_count(const pec_dossiers *dossiers,
                                    size_t dossier,
                                    uint32_t field,
                                    size_t *out);

// The text of the item at `index`, from 0, of a field in the dossier at `dossier`, from 0; of several the first.
// `PEC_ABSENT` where there is none, and for numbers. It lives as long as the dossiers.
pec_result pec_dossiers_text(const pec_dossiers *dossiers,
                             size_t dossier,
                             uint32_t field,
                             size_t index,
                             pec_str *out);

// How many values a field has in the item at `index`, from 0: those of a field with several, else 1.
pec_result pec_dossiers_inner_count(const pec_dossiers *dossiers,
                                    size_t dossier,
                                    uint32_t field,
                                    size_t index,
                                    size_t *out);

// The text at `inner`, from 0, of a field with several in the item at `index`. `PEC_ABSENT` where there is none, and for
// numbers. It lives as long as the dossiers.
pec_result pec_dossiers_inner_text(const pec_dossiers *dossiers,
                                   size_t dossier,
                                   uint32_t field,
                                   size_t index,
                                   size_t inner,
                                   pec_str *out);

// The number at `inner`, from 0 (of a plain value at 0), of a field in the item at `index`; 1 for yes and 0 for no.
// `PEC_ABSENT` where there is none, and for texts.
pec_result pec_dossiers_number(const pec_dossiers *dossiers,
                               size_t dossier,
                               uint32_t field,
                               size_t index,
                               size_t inner,
                               uint64_t *out);

// The dossier at `dossier`, from 0, as one JSON object, as `pec link --json` prints it. It lives as long as the dossiers.
pec_result pec_dossiers_json(const pec_dossiers *dossiers,
                             size_t dossier,
                             pec_bytes *out);

// Everything as lines of JSON, as `pec link --json` prints it: dossiers, strays, what could not be read. Freed by
// `pec_text_free`.
pec_result pec_dossiers_lines(const pec_dossiers *dossiers,
                              pec_text **out,
                              pec_error **error);

// How many there are; `beside` is a `pec_beside`.
pec_result pec_beside_count(const pec_dossiers *dossiers, uint32_t beside, size_t *out);

// One text of the one at `index`, from 0; `field` is a `pec_beside_field`, `inner` counts from 0 where it has several and is
// 0 elsewhere. `PEC_ABSENT` where there is none. It lives as long as the dossiers.
pec_result pec_beside_text(const pec_dossiers *dossiers,
                           uint32_t beside,
                           size_t index,
                           uint32_t field,
                           size_t inner,
                           pec_str *out);

// Ends the life of dossiers. NULL is allowed.
void pec_dossiers_free(pec_dossiers *dossiers);

// The limits for mail that comes from the Internet, which count wherever none are given. Freed by `pec_limits_free`.
pec_result pec_limits_new(pec_limits **out,
                          pec_error **error);

// Sets one limit; `limit` is a `pec_limit`. A lower one makes less of hostile mail cost anything; it may also refuse
// genuine mail, which is then `PEC_VERDICT_UNVERIFIABLE`, never forged. `PEC_BAD_VALUE` for a limit of messages beyond
// 4 GiB, and for a number that this machine has no room for.
pec_result pec_limits_set(pec_limits *limits,
                          uint32_t limit,
                          uint64_t value,
                          pec_error **error);

// One limit; `limit` is a `pec_limit`.
pec_result pec_limits_value(const pec_limits *limits, uint32_t limit, uint64_t *out);

// Ends the life of limits. NULL is allowed.
void pec_limits_free(pec_limits *limits);

// Names the function that takes the log; a NULL `function` ends it. Without one nothing is written anywhere.
//
// After it returns the function that stood before is no longer called. Secrets and contents of messages are never
// logged.
//
// # Safety
// `function` can be called with `userdata` on any thread, by several at once, until another one is set.
pec_result pec_set_log(void *userdata,
                       pec_log_function function);

// Reads a message from bytes, which are copied. Anything can be read: what is no message has the verdict for it.
// `PEC_TOO_LARGE` beyond 256 MiB. Freed by `pec_message_free`.
//
// # Safety
// `data` is NULL or the first of `len` bytes that can be read.
pec_result pec_message_parse(const uint8_t *data,
                             size_t len,
                             pec_message **out,
                             pec_error **error);

// The same with limits of the caller's, of which the message keeps a copy: they count for whatever is read of it.
//
// # Safety
// `data` is NULL or the first of `len` bytes that can be read.
pec_result pec_message_parse_limited(const uint8_t *data,
                                     size_t len,
                                     const pec_limits *limits,
                                     pec_message **out,
                                     pec_error **error);

// Reads a message from a file. `path` is UTF-8, ended by NUL. `PEC_FILE` when it cannot be read, `PEC_TOO_LARGE` beyond
// 256 MiB, `PEC_SEVERAL_MESSAGES` for an mbox. Freed by `pec_message_free`.
//
// # Safety
// `path` is NULL or ends with NUL.
pec_result pec_message_parse_file(const char *path,
                                  pec_message **out,
                                  pec_error **error);

// The same with limits of the caller's, of which the message keeps a copy: they count for whatever is read of it.
//
// # Safety
// `path` is NULL or ends with NUL.
pec_result pec_message_parse_file_limited(const char *path,
                                          const pec_limits *limits,
                                          pec_message **out,
                                          pec_error **error);

// The bytes of a message, as they were given. They live as long as the message.
pec_result pec_message_bytes(const pec_message *message, pec_bytes *out);

// Ends the life of a message. NULL is allowed.
void pec_message_free(pec_message *message);

// Takes something out of a message; `what` is a `pec_extract`. The list may be empty. Freed by `pec_extracted_free`.
//
// That something stands where an original or a signature stands proves nothing: the verdict on the message does.
pec_result pec_message_extract(const pec_message *message,
                               uint32_t what,
                               pec_extracted **out,
                               pec_error **error);

// How many things were taken out.
pec_result pec_extracted_count(const pec_extracted *extracted, size_t *out);

// The name of the thing at `index`, from 0: `postacert.eml`, or what an attachment calls itself. `PEC_ABSENT` when it has
// none. It lives as long as the list.
//
// The sender of the message chose the name of an attachment, it may hold anything (`../../etc/passwd`): never use it as a
// path.
pec_result pec_extracted_name(const pec_extracted *extracted,
                              size_t index,
                              pec_str *out);

// The bytes of the thing at `index`, from 0, without transfer encoding. They live as long as the list.
pec_result pec_extracted_bytes(const pec_extracted *extracted, size_t index, pec_bytes *out);

// Ends the life of a list of things taken out. NULL is allowed.
void pec_extracted_free(pec_extracted *extracted);

// The parts of a message. Freed by `pec_parts_free`. That something stands where a signature stands proves nothing: the
// verdict on the message does.
pec_result pec_message_parts(const pec_message *message,
                             pec_parts **out,
                             pec_error **error);

// How many parts there are, 1 at least.
pec_result pec_parts_count(const pec_parts *parts, size_t *out);

// One text of the part at `index`, from 0; `field` is a `pec_part_field`. `PEC_ABSENT` where it has none. It lives as long as
// the parts.
pec_result pec_parts_text(const pec_parts *parts,
                          size_t index,
                          uint32_t field,
                          pec_str *out);

// One number of the part at `index`, from 0; `field` is a `pec_part_number`.
pec_result pec_parts_number(const pec_parts *parts, size_t index, uint32_t field, uint64_t *out);

// Bytes of the part at `index`, from 0; `field` is a `pec_part_bytes`. They may be none. They live as long as the parts.
pec_result pec_parts_bytes(const pec_parts *parts,
                           size_t index,
                           uint32_t field,
                           pec_bytes *out);

// How many header fields the part at `index` has.
pec_result pec_parts_header_count(const pec_parts *parts, size_t index, size_t *out);

// A header field of the part at `index`: the one at the position `header`, from 0, in the order of the message; `field` is a
// `pec_header_field`. `PEC_ABSENT` beyond the last. It lives as long as the parts.
pec_result pec_parts_header(const pec_parts *parts,
                            size_t index,
                            size_t header,
                            uint32_t field,
                            pec_str *out);

// The first header field of this name of the part at `index`, decoded as unstructured text (RFC 2047); `name` is UTF-8, ended
// by NUL, upper and lower case alike. `PEC_ABSENT` where there is none. It lives as long as the parts.
//
// # Safety
// `name` is NULL or ends with NUL.
pec_result pec_parts_header_named(const pec_parts *parts,
                                  size_t index,
                                  const char *name,
                                  pec_str *out);

// Ends the life of parts. NULL is allowed.
void pec_parts_free(pec_parts *parts);

// Checks a bundle, as `pec_archive_bundle` makes it, by the trust data of the caller at `now`, in seconds since 1970 (UTC): offline,
// without the archive, and without anything that it says of itself. A file that was damaged, or is none, is no error: the report
// says so. Freed by `pec_proof_free`; bytes and trust store may be freed before it.
//
// It proves that the file is what was written, and of each message what its verdict says. It does not prove that nothing was left
// out.
//
// # Safety
// `data` is NULL or the first of `len` bytes that can be read.
pec_result pec_proof_check(const pec_trust_store *trust,
                           const uint8_t *data,
                           size_t len,
                           int64_t now,
                           pec_proof **out,
                           pec_error **error);

// As `pec_proof_check`, with revocation evidence of the caller's own beside that which the bundle carries: whoever made it may have
// left out what he did not know, or did not want to be known. The evidence may be freed before the report.
//
// # Safety
// `data` is NULL or the first of `len` bytes that can be read.
pec_result pec_proof_check_with(const pec_trust_store *trust,
                                const pec_evidence *evidence,
                                const uint8_t *data,
                                size_t len,
                                int64_t now,
                                pec_proof **out,
                                pec_error **error);

// Whether every byte of the file is what was written, and what is there for reading is what this library writes: 1, or 0.
pec_result pec_proof_is_intact(const pec_proof *proof,
                               uint32_t *out);

// Whether every byte that proves something is what was written, every message is certified, but for what was sent, which bears no
// certification and claims none, and at least one is: 1, or 0. The page and the text for the expert decide nothing: the report tells
// where they are not ours. It is what the exit code of `pec proof verify` says.
pec_result pec_proof_is_sound(const pec_proof *proof,
                              uint32_t *out);

// The whole report as one JSON object, as `pec proof verify --json` prints it: faults of the file, to the block of 4096 bytes, each
// message with its verdict and since when it is proven to have existed, dossiers. It lives as long as the proof.
pec_result pec_proof_json(const pec_proof *proof,
                          pec_bytes *out);

// How an expert of a court does every step of a bundle once more, with OpenSSL and nothing of ours: lines that begin with `$ `,
// continued by those that begin with `> `, are commands for one shell. It is written anew from the names of the objects.
// `PEC_ABSENT` where the file is no bundle. Freed by `pec_text_free`.
//
// # Safety
// `data` is NULL or the first of `len` bytes that can be read.
pec_result pec_proof_expert_commands(const uint8_t *data,
                                     size_t len,
                                     pec_text **out,
                                     pec_error **error);

// Ends the life of what was found out about a bundle. NULL is allowed.
void pec_proof_free(pec_proof *proof);

#if defined(PEC_SANDBOX)
// A sandbox of the first `providers` (1 to 3) of `pec_house`, whose clock stands at `start`, in seconds since 1970 (UTC):
// from 2025-03-23 to 2028-08-31, else `PEC_SETTINGS`. It has no mailboxes but the providers' service mailboxes, and uses
// neither network nor files nor the machine's clock. Freed by `pec_sandbox_free`.
pec_result pec_sandbox_new(int64_t start,
                           uint32_t providers,
                           pec_sandbox **out,
                           pec_error **error);
#endif

#if defined(PEC_SANDBOX)
// Adds a mailbox, or changes the state of one that is there; `state` is a `pec_mailbox_state`. `address` is UTF-8, ended
// by NUL, `PEC_SETTINGS` when it is no address. Below a domain of a provider (`anna@pec.alfa.example`) it is a PEC mailbox,
// elsewhere an ordinary one.
//
// # Safety
// `address` is NULL or ends with NUL.
pec_result pec_sandbox_set_mailbox(pec_sandbox *sandbox,
                                   const char *address,
                                   uint32_t state,
                                   pec_error **error);
#endif

#if defined(PEC_SANDBOX)
// Hands a message to the access point of the sender's provider, at the sandbox's time. `sender` is one of its mailboxes
// (`PEC_NO_MAILBOX` when it is none), `recipients` are addresses with commas between them, both UTF-8 ended by NUL; `data`
// is the message, `len` bytes. What an SMTP server answers before it takes a message is `PEC_REJECTED` with the answer as
// evidence. Freed by `pec_submission_free`.
//
// Acceptance or refusal lies in the sender's mailbox when this returns; the rest takes seconds of the sandbox's clock
// (`pec_sandbox_settle`).
//
// # Safety
// `sender` and `recipients` are NULL or end with NUL, `data` is NULL or the first of `len` bytes that can be read.
pec_result pec_sandbox_submit(pec_sandbox *sandbox,
                              const char *sender,
                              const char *recipients,
                              const uint8_t *data,
                              size_t len,
                              pec_submission **out,
                              pec_error **error);
#endif

#if defined(PEC_SANDBOX)
// The same, with the answer as one JSON object in the caller's buffer: `pec_id`, `answer` (`accepted`, `refused` or
// `infected`), `reason`, which is null but for what was refused. The buffer is as for `pec_verify_file_json`, with 1,024 bytes
// of room at least (`PEC_BUFFER_TOO_SMALL` else, and nothing is submitted).
//
// # Safety
// As for `pec_sandbox_submit`; `buf` is NULL or the first of `cap` bytes that can be written.
pec_result pec_sandbox_submit_json(pec_sandbox *sandbox,
                                   const char *sender,
                                   const char *recipients,
                                   const uint8_t *data,
                                   size_t len,
                                   char *buf,
                                   size_t cap,
                                   size_t *need);
#endif

#if defined(PEC_SANDBOX)
// What the access point answered.
pec_result pec_submission_answer(const pec_submission *submission, pec_submitted *out);
#endif

#if defined(PEC_SANDBOX)
// The identifier of the transaction (identificativo), also of a refused one. It lives as long as the submission.
pec_result pec_submission_pec_id(const pec_submission *submission,
                                 pec_str *out);
#endif

#if defined(PEC_SANDBOX)
// Why it was refused, in the words of the notice; `PEC_ABSENT` where it was not, or because of a virus. It lives as long
// as the submission.
pec_result pec_submission_reason(const pec_submission *submission,
                                 pec_str *out);
#endif

#if defined(PEC_SANDBOX)
// Ends the life of a submission. NULL is allowed.
void pec_submission_free(pec_submission *submission);
#endif

#if defined(PEC_SANDBOX)
// Turns the clock until nothing is on its way any more but what waits for hours: receipts and deliveries arrive.
pec_result pec_sandbox_settle(pec_sandbox *sandbox,
                              pec_error **error);
#endif

#if defined(PEC_SANDBOX)
// Turns the clock forward by `seconds`, which may be 0: notices of 12 and 24 hours are due then. `PEC_CLOCK` for a negative
// number and beyond the life of the sandbox's certificates, two years.
pec_result pec_sandbox_advance(pec_sandbox *sandbox,
                               int64_t seconds,
                               pec_error **error);
#endif

#if defined(PEC_SANDBOX)
// Where the clock stands, in seconds since 1970 (UTC): the `now` for what is verified from this sandbox.
pec_result pec_sandbox_now(const pec_sandbox *sandbox, int64_t *out);
#endif

#if defined(PEC_SANDBOX)
// Ends the life of a sandbox, and of its server and threads where it has one. NULL is allowed.
void pec_sandbox_free(pec_sandbox *sandbox);
#endif

#if defined(PEC_SANDBOX)
// Applies a fault from now on, beside those that are there. `fault` is a `pec_fault`, `seconds` counts for
// `PEC_FAULT_LATE` alone; `often` is a `pec_chance` with its `number`.
//
// `kind` is the kind of message that it applies to by its name in `daticert.xml` (`avvenuta-consegna`,
// `posta-certificata`), or an empty text for every receipt and notice; `recipient` is the one of whom the message speaks,
// or an empty text for anybody. Both are UTF-8, ended by NUL.
//
// # Safety
// `kind` and `recipient` are NULL or end with NUL.
pec_result pec_sandbox_add_fault(pec_sandbox *sandbox,
                                 uint32_t fault,
                                 int64_t seconds,
                                 const char *kind,
                                 const char *recipient,
                                 uint32_t often,
                                 uint32_t number,
                                 pec_error **error);
#endif

#if defined(PEC_SANDBOX)
// From now on a field of the outer header, which nobody signs, has another value in the mailbox: `header` is its name,
// `value` the value, both UTF-8 ended by NUL. The other parameters are those of `pec_sandbox_add_fault`.
//
// # Safety
// `header`, `value`, `kind` and `recipient` are NULL or end with NUL.
pec_result pec_sandbox_add_edit(pec_sandbox *sandbox,
                                const char *header,
                                const char *value,
                                const char *kind,
                                const char *recipient,
                                uint32_t often,
                                uint32_t number,
                                pec_error **error);
#endif

#if defined(PEC_SANDBOX)
// No more faults; what is under way keeps its own.
pec_result pec_sandbox_clear_faults(pec_sandbox *sandbox, pec_error **error);
#endif

#if defined(PEC_SANDBOX)
// Puts a point of a provider out of order; `house` is a `pec_house`, `point` a `pec_point`.
pec_result pec_sandbox_stop_point(pec_sandbox *sandbox, uint32_t house, uint32_t point, pec_error **error);
#endif

#if defined(PEC_SANDBOX)
// Puts it in order again: what waited goes on at the sandbox's time.
pec_result pec_sandbox_restart_point(pec_sandbox *sandbox, uint32_t house, uint32_t point, pec_error **error);
#endif

#if defined(PEC_SANDBOX)
// How many messages lie in a mailbox. `address` is UTF-8, ended by NUL, in any case of letters; `PEC_NO_MAILBOX` when there
// is none.
//
// # Safety
// `address` is NULL or ends with NUL.
pec_result pec_sandbox_message_count(const pec_sandbox *sandbox,
                                     const char *address,
                                     size_t *out);
#endif

#if defined(PEC_SANDBOX)
// A copy of the message at `index`, from 0, the oldest first, of a mailbox, as a mail program finds it. `PEC_ABSENT` beyond
// the last. Freed by `pec_message_free`.
//
// # Safety
// `address` is NULL or ends with NUL.
pec_result pec_sandbox_message(const pec_sandbox *sandbox,
                               const char *address,
                               size_t index,
                               pec_message **out,
                               pec_error **error);
#endif

#if defined(PEC_SANDBOX)
// Writes every message of a mailbox into a folder, which is made where it does not exist, one file each: `00001.eml` is the
// oldest. `*count` is how many there are. A file that stands there is written over. `PEC_FILE` when it cannot be written.
//
// # Safety
// `address` and `folder` are NULL or end with NUL.
pec_result pec_sandbox_write_mailbox(const pec_sandbox *sandbox,
                                     const char *address,
                                     const char *folder,
                                     size_t *count,
                                     pec_error **error);
#endif

#if defined(PEC_SANDBOX)
// The trust data of this version and the sandbox's authority, for `pec_verifier_new`. For trials alone: never verify mail
// of the world with it. Freed by `pec_trust_store_free`.
pec_result pec_sandbox_trust(const pec_sandbox *sandbox,
                             pec_trust_store **out,
                             pec_error **error);
#endif

#if defined(PEC_SANDBOX)
// The certificate of the sandbox's authority in PEM, for `pec verify --anchor`. Freed by `pec_text_free`.
pec_result pec_sandbox_anchor(const pec_sandbox *sandbox, pec_text **out, pec_error **error);
#endif

#if defined(PEC_SANDBOX)
// Puts the sandbox behind an SMTP server on free ports of 127.0.0.1, and its mailboxes into Maildirs below `folder`, which
// is made where it does not exist. The address of a mailbox is its user name, `password` that of all; `clock` is a
// `pec_sandbox_clock`. Texts are UTF-8, ended by NUL.
//
// `PEC_LISTEN`, `PEC_FILE`, or `PEC_SETTINGS` when it serves already; the sandbox is then as before.
//
// # Safety
// `folder` and `password` are NULL or end with NUL.
pec_result pec_sandbox_serve(pec_sandbox *sandbox,
                             const char *folder,
                             const char *password,
                             uint32_t clock,
                             pec_error **error);
#endif

#if defined(PEC_SANDBOX)
// Cuts the connections, ends and joins the server's threads; the sandbox goes on without. `PEC_ABSENT` when it serves
// nobody.
pec_result pec_sandbox_stop(pec_sandbox *sandbox,
                            pec_error **error);
#endif

#if defined(PEC_SANDBOX)
// The port on 127.0.0.1 of a socket; `socket` is a `pec_sandbox_socket`. `PEC_ABSENT` when the sandbox serves nobody.
pec_result pec_sandbox_port(const pec_sandbox *sandbox,
                            uint32_t socket,
                            uint32_t *out);
#endif

#if defined(PEC_SANDBOX)
// The path of a file that the server has written; `file` is a `pec_sandbox_file`. `PEC_ABSENT` when the sandbox serves
// nobody. Freed by `pec_text_free`.
pec_result pec_sandbox_file_path(const pec_sandbox *sandbox,
                                 uint32_t file,
                                 pec_text **out,
                                 pec_error **error);
#endif

#if defined(PEC_SANDBOX)
// The path of the Maildir of a mailbox; `address` is UTF-8, ended by NUL. `PEC_ABSENT` when the sandbox serves nobody.
// Freed by `pec_text_free`.
//
// # Safety
// `address` is NULL or ends with NUL.
pec_result pec_sandbox_maildir_path(const pec_sandbox *sandbox,
                                    const char *address,
                                    pec_text **out,
                                    pec_error **error);
#endif

#if defined(PEC_SANDBOX)
// What went wrong in the server since it was last asked, while nobody was there to be told. `PEC_ABSENT` when nothing did.
// Freed by `pec_text_free`.
pec_result pec_sandbox_problem(const pec_sandbox *sandbox,
                               pec_text **out,
                               pec_error **error);
#endif

#if defined(PEC_SANDBOX)
// What became of a message for one of its recipients, in truth: what the receipts should come to. `pec_id` is that of
// `pec_submission_pec_id`; `PEC_ABSENT` when there was no such submission. Both texts are UTF-8, ended by NUL.
//
// # Safety
// `pec_id` and `recipient` are NULL or end with NUL.
pec_result pec_sandbox_outcome(const pec_sandbox *sandbox,
                               const char *pec_id,
                               const char *recipient,
                               pec_outcome *out);
#endif

#if defined(PEC_SANDBOX)
// When it came to that, in seconds since 1970 (UTC); `PEC_ABSENT` for a message that was refused or is on its way.
//
// # Safety
// `pec_id` and `recipient` are NULL or end with NUL.
pec_result pec_sandbox_outcome_at(const pec_sandbox *sandbox,
                                  const char *pec_id,
                                  const char *recipient,
                                  int64_t *out);
#endif

#if defined(PEC_SANDBOX)
// What the message at `index`, from 0, of a mailbox is in truth.
//
// # Safety
// `address` is NULL or ends with NUL.
pec_result pec_sandbox_message_origin(const pec_sandbox *sandbox,
                                      const char *address,
                                      size_t index,
                                      pec_origin *out);
#endif

#if defined(PEC_SANDBOX)
// When the message at `index`, from 0, was put into the mailbox, in seconds since 1970 (UTC).
//
// # Safety
// `address` is NULL or ends with NUL.
pec_result pec_sandbox_message_at(const pec_sandbox *sandbox,
                                  const char *address,
                                  size_t index,
                                  int64_t *out);
#endif

#if defined(PEC_SANDBOX)
// A delivery receipt as a forger would make it: right in every word, signed with a self-made certificate that names the
// recipient's provider. It is put nowhere. `PEC_ABSENT` when there was no such submission, `PEC_NO_MAILBOX` when no provider
// manages the recipient's domain. Freed by `pec_message_free`.
//
// # Safety
// `pec_id` and `recipient` are NULL or end with NUL.
pec_result pec_sandbox_forged_delivery(const pec_sandbox *sandbox,
                                       const char *pec_id,
                                       const char *recipient,
                                       pec_message **out,
                                       pec_error **error);
#endif

// The trust data built into this version: AgID CA1 and DigitPA CA1, their issues, the providers' hosts. Freed by
// `pec_trust_store_free`.
pec_result pec_trust_store_built_in(pec_trust_store **out,
                                    pec_error **error);

// Trust data of another date, in the form of `pec trust show --json`: `PEC_TRUST_DATA` when they have another form.
// Freed by `pec_trust_store_free`.
//
// # Safety
// `json` is NULL or the first of `len` bytes that can be read.
pec_result pec_trust_store_from_json(const uint8_t *json,
                                     size_t len,
                                     pec_trust_store **out,
                                     pec_error **error);

// The trust data as JSON, in the form that `pec_trust_store_from_json` reads, without what the host has added. Freed by
// `pec_text_free`.
pec_result pec_trust_store_json(const pec_trust_store *trust,
                                pec_text **out,
                                pec_error **error);

// Adds an authority of the host's own, DER or PEM. Every result that rests on it names it (`host:…`): such a message is
// no PEC of the Italian system. `PEC_CERTIFICATE` when nothing can be read; the store is then as before.
//
// # Safety
// `certificate` is NULL or the first of `len` bytes that can be read.
pec_result pec_trust_store_add_host_anchor(pec_trust_store *trust,
                                           const uint8_t *certificate,
                                           size_t len,
                                           pec_error **error);

// Adds an authority whose time-stamps (marche temporali) are believed, DER or PEM.
//
// # Safety
// `certificate` is NULL or the first of `len` bytes that can be read.
pec_result pec_trust_store_add_time_stamp_anchor(pec_trust_store *trust,
                                                 const uint8_t *certificate,
                                                 size_t len,
                                                 pec_error **error);

// Adds an authority whose cards (carta nazionale dei servizi) open mailboxes of this host (`pec_archive_login`), DER or PEM. It vouches
// for nothing else, and no other authority does for cards.
//
// # Safety
// `certificate` is NULL or the first of `len` bytes that can be read.
pec_result pec_trust_store_add_login_anchor(pec_trust_store *trust,
                                            const uint8_t *certificate,
                                            size_t len,
                                            pec_error **error);

// Adds a certificate that may stand between signer and authority and is not trusted by itself, DER or PEM.
//
// # Safety
// `certificate` is NULL or the first of `len` bytes that can be read.
pec_result pec_trust_store_add_intermediate(pec_trust_store *trust,
                                            const uint8_t *certificate,
                                            size_t len,
                                            pec_error **error);

// Ends the life of a trust store. NULL is allowed.
void pec_trust_store_free(pec_trust_store *trust);

// Empty evidence: every answer about revocation is "not checked". Freed by `pec_evidence_free`.
pec_result pec_evidence_new(pec_evidence **out, pec_error **error);

// Adds a certificate revocation list (CRL), DER or PEM. `PEC_EVIDENCE` when it cannot be read; the evidence is then as
// before.
//
// # Safety
// `data` is NULL or the first of `len` bytes that can be read.
pec_result pec_evidence_add_crl(pec_evidence *evidence,
                                const uint8_t *data,
                                size_t len,
                                pec_error **error);

// Adds an OCSP response, DER or PEM. `PEC_EVIDENCE` when it cannot be read; the evidence is then as before.
//
// # Safety
// `data` is NULL or the first of `len` bytes that can be read.
pec_result pec_evidence_add_ocsp(pec_evidence *evidence, const uint8_t *data, size_t len, pec_error **error);

// Ends the life of evidence. NULL is allowed.
void pec_evidence_free(pec_evidence *evidence);

// The verdict.
pec_result pec_verification_verdict(const pec_verification *verification, pec_verdict *out);

// One answer as a text; `answer` is a `pec_answer`. `PEC_ABSENT` where the message has none, as an unsigned one has no
// signer. It lives as long as the verification.
pec_result pec_verification_text(const pec_verification *verification,
                                 uint32_t answer,
                                 pec_str *out);

// How many findings there are.
pec_result pec_verification_finding_count(const pec_verification *verification, size_t *out);

// One text of the finding at `index`, from 0, in the order of the checks; `field` is a `pec_finding_field`.
// `PEC_ABSENT` beyond the last. It lives as long as the verification.
pec_result pec_verification_finding(const pec_verification *verification,
                                    size_t index,
                                    uint32_t field,
                                    pec_str *out);

// The bytes of a text in UTF-8. They live as long as the text.
pec_result pec_text_bytes(const pec_text *text, pec_bytes *out);

// Ends the life of a text. NULL is allowed.
void pec_text_free(pec_text *text);

// The verification as one JSON object, as `pec verify --json` prints it: keys in
// fixed order, times in UTC, absent values null. `file` is what the message is called in it, UTF-8 ended by NUL. Freed by
// `pec_text_free`.
//
// # Safety
// `file` is NULL or ends with NUL.
pec_result pec_verification_json(const pec_verification *verification,
                                 const char *file,
                                 pec_text **out,
                                 pec_error **error);

// Ends the life of a verification. NULL is allowed.
void pec_verification_free(pec_verification *verification);

// One value of the certified data: what a licensed PEC provider signed. `PEC_NOT_CERTIFIED` for every verdict but
// `PEC_VERDICT_CERTIFIED` and `PEC_VERDICT_CERTIFIED_WITH_PROBLEMS`. `field` is a `pec_certdata_field`, `index` counts from
// 0; `PEC_ABSENT` beyond the last value. It lives as long as the verification.
//
// This proves that the provider signed exactly these data and was trusted at the judged time. It does not prove that the
// content is true, that the recipient read it, or, where `PEC_ANSWER_TIME` is `claimed`, that the time is another than the
// one the provider states.
pec_result pec_verification_certified(const pec_verification *verification,
                                      uint32_t field,
                                      size_t index,
                                      pec_str *out);

// How many values a field of the certified data has. `PEC_NOT_CERTIFIED` as above.
pec_result pec_verification_certified_count(const pec_verification *verification,
                                            uint32_t field,
                                            size_t *out);

// One value of what the message claims, whatever the verdict: proof of nothing, anybody can write it. `PEC_ABSENT` when it
// holds no data that can be read. Parameters and lifetime as for `pec_verification_certified`.
pec_result pec_verification_claimed(const pec_verification *verification,
                                    uint32_t field,
                                    size_t index,
                                    pec_str *out);

// How many values a field has of what the message claims.
pec_result pec_verification_claimed_count(const pec_verification *verification, uint32_t field, size_t *out);

// A verifier with a copy of `trust`, without evidence, judging at the time of signing, for messages of users' mailboxes.
// Freed by `pec_verifier_free`.
pec_result pec_verifier_new(const pec_trust_store *trust,
                            pec_verifier **out,
                            pec_error **error);

// Uses a copy of `evidence` about revocation. Without evidence revocation is "not checked", never "good".
pec_result pec_verifier_set_evidence(pec_verifier *verifier, const pec_evidence *evidence, pec_error **error);

// Uses a copy of `directory`.
pec_result pec_verifier_set_directory(pec_verifier *verifier,
                                      const pec_directory *directory,
                                      pec_error **error);

// Judges the signer at another time; every other check stays as it is. `judged_at` is a `pec_judged_at`; `time`, in
// seconds since 1970 (UTC), counts for `PEC_JUDGED_AT_TIME` alone.
pec_result pec_verifier_set_judged_at(pec_verifier *verifier,
                                      uint32_t judged_at,
                                      int64_t time,
                                      pec_error **error);

// Uses a copy of `limits` for every message that is verified from now on, whatever it was parsed with: a file that is larger
// is not read, and what else is hit is a finding. Unless they are given, files are read within the limits of
// `pec_limits_new`, and a message keeps those that it was parsed with.
pec_result pec_verifier_set_limits(pec_verifier *verifier,
                                   const pec_limits *limits,
                                   pec_error **error);

// For messages from this kind of mailbox. `role` is a `pec_mailbox_role`.
pec_result pec_verifier_set_mailbox_role(pec_verifier *verifier, uint32_t role, pec_error **error);

// Verifies one message. It never fails for what is in the message: that is a verdict, with its findings.
//
// `now` is the caller's time in seconds since 1970 (UTC). What comes out is freed by `pec_verification_free`; message and
// verifier may be freed before it.
//
// What `PEC_VERDICT_CERTIFIED` proves: a licensed PEC provider signed these very bytes. It does not prove that the content
// is true, that anybody read it, or that no other message exists.
pec_result pec_verify(const pec_verifier *verifier,
                      const pec_message *message,
                      int64_t now,
                      pec_verification **out,
                      pec_error **error);

// Ends the life of a verifier that no call is using. NULL is allowed.
void pec_verifier_free(pec_verifier *verifier);

// The version of the library that is running, such as `0.1.0`, ended by NUL; it lives for ever. Compare it with
// `PEC_VERSION`.
const char *pec_version(void);

// The same as one number: major × 1,000,000 + minor × 1,000 + patch.
uint32_t pec_version_number(void);

#if defined(PEC_WIRE)
// The name of a user, mostly the address, and a password, the holder's own, which does not end by itself. Both are UTF-8, ended
// by NUL. Freed by `pec_credential_free`.
//
// # Safety
// `login` and `password` are NULL or end with NUL.
pec_result pec_credential_new(const char *login,
                              const char *password,
                              pec_credential **out,
                              pec_error **error);
#endif

#if defined(PEC_WIRE)
// Where the password comes from, a `pec_credential_origin`.
pec_result pec_credential_set_origin(pec_credential *credential, uint32_t origin, pec_error **error);
#endif

#if defined(PEC_WIRE)
// When the password ends, in seconds since 1970 (UTC).
pec_result pec_credential_set_expires(pec_credential *credential, int64_t at, pec_error **error);
#endif

#if defined(PEC_WIRE)
// Who renews the password, or where: a hint for a person, and no secret.
//
// # Safety
// `hint` is NULL or ends with NUL.
pec_result pec_credential_set_renewal(pec_credential *credential, const char *hint, pec_error **error);
#endif

#if defined(PEC_WIRE)
// The name of the user. It lives as long as the credential.
pec_result pec_credential_login(const pec_credential *credential, pec_str *out);
#endif

#if defined(PEC_WIRE)
// The password, for a host that keeps it: whoever copies it has to take care of the copy. It lives as long as the credential.
pec_result pec_credential_secret(const pec_credential *credential,
                                 pec_str *out);
#endif

#if defined(PEC_WIRE)
// Ends the life of a credential. NULL is allowed.
void pec_credential_free(pec_credential *credential);
#endif

#if defined(PEC_WIRE)
// Says under which password programs hand over mail to a gateway: the login of `credential` is the address of the mailbox from which
// they send; with `every` not 0 any name, which sends from every mailbox that is managed (there is one such name). It takes the
// place of the one before. `PEC_WIRE_VALUE` for a password of fewer than twelve characters, or that of a mailbox;
// `PEC_ARCHIVE_NOT_FOUND` for a mailbox that is not managed.
pec_result pec_hub_set_gateway_login(const pec_hub *hub,
                                     const pec_credential *credential,
                                     uint32_t every,
                                     pec_error **error);
#endif

#if defined(PEC_WIRE)
// Takes away what `pec_hub_set_gateway_login` has said of this name, with the same `every`. Writes 1 where there was anything, else 0.
//
// # Safety
// `name` is NULL or ends with NUL.
pec_result pec_hub_remove_gateway_login(const pec_hub *hub,
                                        const char *name,
                                        uint32_t every,
                                        uint32_t *was,
                                        pec_error **error);
#endif

#if defined(PEC_WIRE)
// Begins to serve programs that know nothing of PEC, by SMTP: what they hand over goes into the outbox under its Message-ID, byte for
// byte, or they are told every reason why not. `settings` is one JSON object, an empty text for none: `listen` (`127.0.0.1:2525`; port
// 0 is any free one; beyond loopback only with a certificate), `tls_certificate` and `tls_key`, PEM files, `send` (true), whether what
// was taken is sent in the background, `deliver`, a list of objects with `from`, a mailbox, and `to` as for `pec_work_relay_new`, where
// what comes in is put; `clients` (32), `message_bytes` (100000000), `memory_bytes` (512000000), `recipients` (1000),
// `receive_every_ms` (60000). It goes on until it is cancelled or freed, and tells what happens as events (`PEC_EVENT_REPORT`), one JSON
// object each (`gateway`): `listening` first, with its address. A message that is just being handed to a provider is waited for, ten
// seconds at most. `PEC_BAD_VALUE` and `PEC_WIRE_VALUE` for other settings; a port that cannot be taken ends it (`wire.listen`). Freed
// by `pec_work_free`.
//
// # Safety
// `settings` is NULL or ends with NUL.
pec_result pec_work_gateway(const pec_hub *hub,
                            const char *settings,
                            pec_work **out,
                            pec_error **error);
#endif

#if defined(PEC_WIRE)
// Opens a hub over an archive, in the name of its handle; what comes in is judged by trust, evidence and limits of `intake`, and
// passwords are in `secrets`. `settings` is one JSON object, an empty text for none: `proxy`
// (`socks5://[USER:PASSWORD@]HOST:PORT`, `http://...`), `roots`, a list of PEM files of authorities for TLS, `public_roots`,
// whether the public ones are trusted too (true), `profiles`, a TOML file of what is known of providers, `capacity`, how many
// mailboxes are taken, `mandates_required` (false). `PEC_BAD_VALUE` for others. The hub lives without the three. Freed by
// `pec_hub_free`.
//
// # Safety
// `settings` is NULL or ends with NUL.
pec_result pec_hub_open(const pec_archive *archive,
                        const pec_intake *intake,
                        const pec_secrets *secrets,
                        const char *settings,
                        pec_hub **out,
                        pec_error **error);
#endif

#if defined(PEC_WIRE)
// Takes a mailbox into management, or changes what is known of it and its credential. `mailbox` is one JSON object: `mailbox`, its address, and as far as the provider does not tell it
// `overrides` with `imap` and `smtp` (`HOST:PORT`, `starttls://HOST:PORT`) and limits; `provider`, the name of a profile;
// `description`, `client`, `tax_id`; `mandate` with `from`, `until` (RFC 3339) and `evidence`, a SHA-256.
// `PEC_HUB_CAPACITY`, `PEC_HUB_MANDATE`, `PEC_WIRE_VALUE`.
//
// # Safety
// `mailbox` is NULL or ends with NUL.
pec_result pec_hub_add(const pec_hub *hub,
                       const char *mailbox,
                       const pec_credential *credential,
                       pec_error **error);
#endif

#if defined(PEC_WIRE)
// The same where the store has the credential already. `PEC_HUB_CREDENTIAL` where it has none. The rest is as for
// `pec_hub_add`.
//
// # Safety
// `mailbox` is NULL or ends with NUL.
pec_result pec_hub_change(const pec_hub *hub,
                          const char *mailbox,
                          pec_error **error);
#endif

#if defined(PEC_WIRE)
// Gives a mailbox up and forgets its passwords; what was brought in stays. Writes 1 where it was managed, else 0.
//
// # Safety
// `address` is NULL or ends with NUL.
pec_result pec_hub_remove(const pec_hub *hub,
                          const char *address,
                          uint32_t *was,
                          pec_error **error);
#endif

#if defined(PEC_WIRE)
// Replaces the password that is kept, after the holder has given the new one: the only way back where the provider has refused
// the old one. Nothing changes with the provider. `PEC_ARCHIVE_NOT_FOUND` where the mailbox is not managed.
//
// # Safety
// `address` is NULL or ends with NUL.
pec_result pec_hub_rotate_credential(const pec_hub *hub,
                                     const char *address,
                                     const pec_credential *credential,
                                     pec_error **error);
#endif

#if defined(PEC_WIRE)
// Takes over mailboxes from a table as spreadsheets write it (CSV). Every row is judged and everything that is wrong told at
// once; then nothing is taken over, unless `right_rows` is not 0. One JSON object (`imported-mailboxes`), as `pec hub import
// --json` prints it. Freed by `pec_text_free`.
//
// # Safety
// `data` is NULL or the first of `len` bytes that can be read.
pec_result pec_hub_import_csv(const pec_hub *hub,
                              const uint8_t *data,
                              size_t len,
                              uint32_t right_rows,
                              pec_text **out,
                              pec_error **error);
#endif

#if defined(PEC_WIRE)
// The mailboxes, as they stood at the last look: one JSON object (`mailbox`) a line, as `pec hub list --json` prints them. `only`
// is a `pec_hub_only`, `sort` a `pec_hub_sort`. Freed by `pec_text_free`.
pec_result pec_hub_mailboxes(const pec_hub *hub,
                             uint32_t only,
                             uint32_t sort,
                             pec_text **out,
                             pec_error **error);
#endif

#if defined(PEC_WIRE)
// The mailboxes that `only` and `sort` ask for, as they stood at the last look, and what needs somebody now, as one page to be printed:
// self-contained HTML without scripts, in Italian, as `pec hub list --html` writes it. The rest is as for `pec_hub_mailboxes`.
pec_result pec_hub_summary(const pec_hub *hub,
                           uint32_t only,
                           uint32_t sort,
                           pec_text **out,
                           pec_error **error);
#endif

#if defined(PEC_WIRE)
// What needs somebody at `now`, the caller's time in seconds since 1970 (UTC), by what is known: one JSON object (`radar`), as
// `pec hub radar --json` prints it. Freed by `pec_text_free`.
pec_result pec_hub_radar(const pec_hub *hub,
                         int64_t now,
                         pec_text **out,
                         pec_error **error);
#endif

#if defined(PEC_WIRE)
// What has come in since `since`, in seconds since 1970 (UTC), by client, by what the archive has: one JSON object (`today`).
// Freed by `pec_text_free`.
pec_result pec_hub_today(const pec_hub *hub,
                         int64_t since,
                         pec_text **out,
                         pec_error **error);
#endif

#if defined(PEC_WIRE)
// The same as a page in HTML: self-contained, without scripts, nothing fetched. `language` is a `pec_language`. Freed by
// `pec_text_free`.
pec_result pec_hub_today_page(const pec_hub *hub,
                              int64_t since,
                              uint32_t language,
                              pec_text **out,
                              pec_error **error);
#endif

#if defined(PEC_WIRE)
// The same as a table, a line each, with `;` between cells. `encoding` is a `pec_table_encoding`, `language` a `pec_language`.
// Freed by `pec_blob_free`.
pec_result pec_hub_today_table(const pec_hub *hub,
                               int64_t since,
                               uint32_t language,
                               uint32_t encoding,
                               pec_blob **out,
                               pec_error **error);
#endif

#if defined(PEC_WIRE)
// Puts the attachments of what has come in since `since` into a folder of each client below `folder`, UTF-8 ended by NUL: one
// JSON object (`saved`) a message and line. Names never lead out of it, nothing is written over. Of a message that nothing
// certifies nothing is saved. Freed by `pec_text_free`.
//
// # Safety
// `folder` is NULL or ends with NUL.
pec_result pec_hub_save_attachments(const pec_hub *hub,
                                    int64_t since,
                                    const char *folder,
                                    pec_text **out,
                                    pec_error **error);
#endif

#if defined(PEC_WIRE)
// Somebody has seen what is new in a mailbox: it is counted from here on.
//
// # Safety
// `address` is NULL or ends with NUL.
pec_result pec_hub_seen(const pec_hub *hub, const char *address, pec_error **error);
#endif

#if defined(PEC_WIRE)
// Puts a message of the archive, by its 64 hexadecimal digits, into a Maildir, byte for byte and on stable storage; gives the
// file. Freed by `pec_text_free`.
//
// # Safety
// `folder` and `id` are NULL or end with NUL.
pec_result pec_hub_deliver_to_maildir(const pec_hub *hub,
                                      const char *folder,
                                      const char *id,
                                      pec_text **out,
                                      pec_error **error);
#endif

#if defined(PEC_WIRE)
// Ends the life of a hub. NULL is allowed.
void pec_hub_free(pec_hub *hub);
#endif

#if defined(PEC_WIRE)
// Rules as `pec` reads them from a file, UTF-8 ended by NUL: TOML, `[[rule]]` with `name`, `query` (as a search is typed), lists
// `file`, `tag`, `assign`, `hold`, `forward`, and `suggest = true` where somebody has to decide. `PEC_WIRE_VALUE`, whose evidence
// says what is wrong and where: also two rules of one name. Freed by `pec_rules_free`.
//
// # Safety
// `toml` is NULL or ends with NUL.
pec_result pec_rules_read(const char *toml,
                          pec_rules **out,
                          pec_error **error);
#endif

#if defined(PEC_WIRE)
// From now on `pec_hub_apply_rules` acts on what comes in: what is in the archive already is left alone, unless somebody has begun
// before.
pec_result pec_hub_begin_rules(const pec_hub *hub,
                               pec_error **error);
#endif

#if defined(PEC_WIRE)
// Lets rules act on what has come in since the last time, or since `pec_hub_begin_rules`: each rule once on each message. What is in
// the outbox has not come in. One JSON object (`filed`) for each rule and message that it has acted on, or for which it suggests
// something, and line. Freed by `pec_text_free`.
pec_result pec_hub_apply_rules(const pec_hub *hub,
                               const pec_rules *rules,
                               pec_text **out,
                               pec_error **error);
#endif

#if defined(PEC_WIRE)
// Puts into the outbox what rules hand on, also what somebody has accepted that they suggest: the message byte for byte, in a new one
// from the mailbox in which it lies, to the same address once and never round. `pec_work_send` sends it. One JSON object
// (`forwarded`) a message, rule and address, and line; what concerns one message is its `outcome`. Freed by `pec_text_free`.
pec_result pec_hub_act_on_events(const pec_hub *hub,
                                 pec_text **out,
                                 pec_error **error);
#endif

#if defined(PEC_WIRE)
// Begins to put what has come into a mailbox since the last time elsewhere as well, byte for byte; the first time nothing: it begins
// then. What was sent is left out. `to` is one JSON object: `maildir`, a folder, which is made where it does not exist; or `mailbox`, one
// that is managed, and `folder` (`INBOX`). Its report is one JSON object (`delivered`):
// `relayed`, a list of what is there now and of what the other side does not take, which has a `problem` and is passed over; and the
// `problem` that ended it before its end, after which the rest is put there the next time. The rest is as for
// `pec_work_check_mailbox`.
//
// # Safety
// `address` and `to` are NULL or end with NUL.
pec_result pec_work_relay_new(const pec_hub *hub,
                              const char *address,
                              const char *to,
                              pec_work **out,
                              pec_error **error);
#endif

#if defined(PEC_WIRE)
// The file at `path`, UTF-8 ended by NUL, encrypted under `key`, 32 random bytes of the host's. The first password makes it.
// `PEC_SECRET_KEY` where it is encrypted under another one, `PEC_ARCHIVE_VALUE` for another number of bytes. Freed by
// `pec_secrets_free`.
//
// # Safety
// `path` is NULL or ends with NUL; `key` is NULL or the first of `len` bytes that can be read.
pec_result pec_secrets_open(const char *path,
                            const uint8_t *key,
                            size_t len,
                            pec_secrets **out,
                            pec_error **error);
#endif

#if defined(PEC_WIRE)
// The same file under a passphrase, which takes a third of a second to try. The rest is as for `pec_secrets_open`.
//
// # Safety
// `path` and `passphrase` are NULL or end with NUL.
pec_result pec_secrets_open_with_passphrase(const char *path,
                                            const char *passphrase,
                                            pec_secrets **out,
                                            pec_error **error);
#endif

#if defined(PEC_WIRE)
// A store of the host's own, asked through three functions. Freed by `pec_secrets_free`; the functions are called until the
// store, every hub with it and every work of these are freed.
//
// # Safety
// `get`, `put` and `remove` can be called with `userdata` on any thread for as long as that lasts.
pec_result pec_secrets_host(void *userdata,
                            pec_secret_get_function get,
                            pec_secret_put_function put,
                            pec_secret_remove_function remove,
                            pec_secrets **out,
                            pec_error **error);
#endif

#if defined(PEC_WIRE)
// The credential of a mailbox; `PEC_ABSENT` where there is none. `mailbox` is UTF-8, ended by NUL, `field` a
// `pec_secret_field`. Freed by `pec_credential_free`.
//
// # Safety
// `mailbox` is NULL or ends with NUL.
pec_result pec_secrets_get(const pec_secrets *secrets,
                           const char *mailbox,
                           uint32_t field,
                           pec_credential **out,
                           pec_error **error);
#endif

#if defined(PEC_WIRE)
// Keeps a credential in the place of what was there; when it returns, it is durable. The parameters are as for
// `pec_secrets_get`.
//
// # Safety
// `mailbox` is NULL or ends with NUL.
pec_result pec_secrets_put(const pec_secrets *secrets,
                           const char *mailbox,
                           uint32_t field,
                           const pec_credential *credential,
                           pec_error **error);
#endif

#if defined(PEC_WIRE)
// Forgets a credential; writes 1 where it was there, else 0. The parameters are as for `pec_secrets_get`.
//
// # Safety
// `mailbox` is NULL or ends with NUL.
pec_result pec_secrets_remove(const pec_secrets *secrets,
                              const char *mailbox,
                              uint32_t field,
                              uint32_t *was,
                              pec_error **error);
#endif

#if defined(PEC_WIRE)
// What is kept, without the passwords: one JSON object (`secret`) a line. What is damaged is there with its problem, and hides
// no other. `PEC_SECRET_STORE` for a store of the host's. Freed by `pec_text_free`.
pec_result pec_secrets_list(const pec_secrets *secrets,
                            pec_text **out,
                            pec_error **error);
#endif

#if defined(PEC_WIRE)
// Ends the life of a store; what it keeps stays. NULL is allowed.
void pec_secrets_free(pec_secrets *secrets);
#endif

#if defined(PEC_WIRE)
// Begins to look at every mailbox: its counters, and what is new into the archive. `options` is one JSON object, an empty text for
// none: `parallel` (16), `per_provider` (8), `budget_ms` (60000), after which the answer is given, `patience_ms` (15000) for one
// mailbox to let us in, `pause_ms` (300000) for a provider that has asked to wait, `receive` (true). Its report is a JSON object
// (`refreshed`) a mailbox and line, and one for the whole (`refresh`), as `pec hub refresh --json` prints them. The work lives
// without the hub. Freed by `pec_work_free`.
//
// # Safety
// `options` is NULL or ends with NUL.
pec_result pec_work_refresh(const pec_hub *hub,
                            const char *options,
                            pec_work **out,
                            pec_error **error);
#endif

#if defined(PEC_WIRE)
// Begins to log in to a mailbox once and to look around; nothing changes by it. `address` is a mailbox that is managed, UTF-8 ended by NUL: `PEC_WIRE_ACCESS` where its provider has refused the password that
// is kept, `PEC_HUB_MANDATE`, `PEC_HUB_CREDENTIAL`. Its report is one JSON object (`checked`),
// as `pec box check --json` prints it. Freed by `pec_work_free`.
//
// # Safety
// `address` is NULL or ends with NUL.
pec_result pec_work_check_mailbox(const pec_hub *hub,
                                  const char *address,
                                  pec_work **out,
                                  pec_error **error);
#endif

#if defined(PEC_WIRE)
// Begins to bring what is new in every folder of a mailbox into the archive; nothing on the server changes. What was stored before
// it is cancelled stays. Its report is one JSON object (`synced`), as `pec box sync --json` prints it; its progress is that of the
// folder that is read. The rest is as for `pec_work_check_mailbox`.
//
// # Safety
// `address` is NULL or ends with NUL.
pec_result pec_work_sync(const pec_hub *hub,
                         const char *address,
                         pec_work **out,
                         pec_error **error);
#endif

#if defined(PEC_WIRE)
// Begins to bring in what is there, then what comes, until it is cancelled: an event (`PEC_EVENT_REPORT`) for each run that
// brought something (`synced`), and for each connection that broke (`problem`), which is made anew after a pause. A server that
// does not tell of mail is asked every `poll_ms` milliseconds. The rest is as for `pec_work_check_mailbox`.
//
// # Safety
// `address` is NULL or ends with NUL.
pec_result pec_work_watch(const pec_hub *hub,
                          const char *address,
                          uint32_t poll_ms,
                          pec_work **out,
                          pec_error **error);
#endif

#if defined(PEC_WIRE)
// Begins to send what waits in the outbox of a mailbox, at the pace that its provider allows; a message goes out once under its
// key. `partial` is a `pec_partial`. Cancelled, it lets a message that is being handed over go to its end. Its report is one JSON
// object (`dispatch`). The rest is as for `pec_work_check_mailbox`.
//
// # Safety
// `address` is NULL or ends with NUL.
pec_result pec_work_send(const pec_hub *hub,
                         const char *address,
                         uint32_t partial,
                         pec_work **out,
                         pec_error **error);
#endif

#if defined(PEC_WIRE)
// Begins to take messages, their identifiers with commas between them, from the server of a mailbox: the archive reads and
// hashes each anew, writes down that it is about to go at `now`, and only then the server lets go of exactly that one. Its report
// is one JSON object (`deleted`) a place and line: what cannot go is there and stays. The rest is as for
// `pec_work_check_mailbox`.
//
// # Safety
// `address` and `ids` are NULL or end with NUL.
pec_result pec_work_delete_archived(const pec_hub *hub,
                                    const char *address,
                                    const char *ids,
                                    int64_t now,
                                    pec_work **out,
                                    pec_error **error);
#endif

#if defined(PEC_WIRE)
// Begins to put messages of the archive, their identifiers with commas between them, into a folder of a mailbox, byte for byte,
// and to read them back where the server says where they are. `folder` is named as people name it, `INBOX` for the first one. Its
// report is one JSON object (`relayed`) a message and line. The rest is as for `pec_work_check_mailbox`.
//
// # Safety
// `address`, `folder` and `ids` are NULL or end with NUL.
pec_result pec_work_take_in(const pec_hub *hub,
                            const char *address,
                            const char *folder,
                            const char *ids,
                            pec_work **out,
                            pec_error **error);
#endif

// Begins to verify a file, a folder with all below it, a Maildir or an mbox: one event a message, in the order of the names.
// `path` is UTF-8, ended by NUL; `now` is the caller's time in seconds since 1970 (UTC); `threads` is how many verify at
// once, 0 for as many as there are cores. Freed by `pec_work_free`.
//
// # Safety
// `path` is NULL or ends with NUL.
pec_result pec_work_verify(const pec_verifier *verifier,
                           const char *path,
                           int64_t now,
                           uint32_t threads,
                           pec_work **out,
                           pec_error **error);

// Begins what `pec_link_folder` does: one event a message, then it comes to dossiers (`pec_work_dossiers`). `threads` is as for
// `pec_work_verify`, the others as for `pec_link_folder`. Freed by `pec_work_free`.
//
// # Safety
// `path` and `own` are NULL or end with NUL.
pec_result pec_work_link(const pec_verifier *verifier,
                         const char *path,
                         const char *own,
                         int64_t now,
                         uint32_t reading,
                         uint32_t threads,
                         pec_work **out,
                         pec_error **error);

// What has happened since it was last asked; waits for it at most `timeout_ms` milliseconds, 0 for not at all. `PEC_TIMEOUT`
// when nothing has: ask again. `PEC_ABSENT` after the last event. Freed by `pec_event_free`.
pec_result pec_event_next(const pec_work *work,
                          uint32_t timeout_ms,
                          pec_event **out);

// The same as one JSON object in the caller's buffer: `event` (`message`, `unread`, `progress`, `report`, `finished`, `cancelled` or
// `failed`), `done`, `total`, `name`, `verdict`, `reason`, `verification`, `report`, in this order, absent values null. The buffer is as for
// `pec_verify_file_json`: an event that does not fit is not lost, call again with more room.
//
// # Safety
// `buf` is NULL or the first of `cap` bytes that can be written.
pec_result pec_event_next_json(const pec_work *work,
                               uint32_t timeout_ms,
                               char *buf,
                               size_t cap,
                               size_t *need);

// How far it is: files that are done, and files in all, which is 0 until they are counted; an mbox is one. Of work on an
// archive messages are counted; of an import, files.
pec_result pec_work_progress(const pec_work *work,
                             uint64_t *done,
                             uint64_t *total);

// Ends the work as soon as may be, and returns at once: `PEC_EVENT_CANCELLED` is then the last event, unless it was over
// already. Events that have not been asked for stay.
pec_result pec_work_cancel(const pec_work *work);

// What the work of `pec_work_link` came to, once. `PEC_ABSENT` before it is finished, when it came to nothing, when it was
// taken before, and for other work. Freed by `pec_dossiers_free`.
pec_result pec_work_dossiers(const pec_work *work,
                             pec_dossiers **out,
                             pec_error **error);

// Cancels the work where it goes on, waits for its threads, and ends its life. NULL is allowed.
void pec_work_free(pec_work *work);

// The kind of an event.
pec_result pec_event_what(const pec_event *event, pec_event_kind *out);

// How far the work was: files that were done, and files in all; an mbox is one.
pec_result pec_event_progress(const pec_event *event, uint64_t *done, uint64_t *total);

// One text of an event; `field` is a `pec_event_field`. `PEC_ABSENT` where its kind has none. It lives as long as the event.
pec_result pec_event_text(const pec_event *event,
                          uint32_t field,
                          pec_str *out);

// The verdict on the message; `PEC_ABSENT` for other kinds of events.
pec_result pec_event_verdict(const pec_event *event, pec_verdict *out);

// Why the work could not go on, as an error object (`PEC_LEDGER_FULL`, `PEC_FILE`, `PEC_PANIC`, or what an archive answers);
// `PEC_ABSENT` for other kinds of events. Freed by `pec_error_free`.
pec_result pec_event_failure(const pec_event *event,
                             pec_error **out);

// Ends the life of an event. NULL is allowed.
void pec_event_free(pec_event *event);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* PEC_H */
