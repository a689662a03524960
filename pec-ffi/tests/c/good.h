/* Good arguments for the calls of the generated test of NULL: one handle of each kind. */
#ifndef GOOD_H
#define GOOD_H

#include <pec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

static void fail(const char *what)
{
    fprintf(stderr, "wrong: %s\n", what);
    failures = 1;
}

static void expect(pec_result found, pec_result expected, const char *what)
{
    if (found != expected) {
        fprintf(stderr, "%u instead of %u: ", (unsigned)found, (unsigned)expected);
        fail(what);
    }
}

#define HANDLES(X)                                                                                                     \
    X(pec_error)                                                                                                       \
    X(pec_trust_store)                                                                                                 \
    X(pec_evidence)                                                                                                    \
    X(pec_directory)                                                                                                   \
    X(pec_limits)                                                                                                      \
    X(pec_verifier)                                                                                                    \
    X(pec_message)                                                                                                     \
    X(pec_extracted)                                                                                                   \
    X(pec_parts)                                                                                                       \
    X(pec_cades)                                                                                                       \
    X(pec_verification)                                                                                                \
    X(pec_text)                                                                                                        \
    X(pec_ledger)                                                                                                      \
    X(pec_dossiers)                                                                                                    \
    X(pec_work)                                                                                                        \
    X(pec_event)                                                                                                       \
    X(pec_blob)                                                                                                        \
    X(pec_proof)                                                                                                       \
    X(pec_archive)                                                                                                     \
    X(pec_intake)                                                                                                      \
    X(pec_ids)                                                                                                         \
    X(pec_page)                                                                                                        \
    X(pec_keys)                                                                                                        \
    X(pec_card_answer)                                                                                                 \
    X(pec_kept_roots)                                                                                                  \
    X(pec_log_key)                                                                                                     \
    X(pec_rules)                                                                                                       \
    X(pec_draft)                                                                                                       \
    X(pec_composed)                                                                                                    \
    X(pec_conditions)                                                                                                  \
    X(pec_refusals)                                                                                                    \
    X(pec_deposit)                                                                                                     \
    X(pec_credential)                                                                                                  \
    X(pec_secrets)                                                                                                     \
    X(pec_hub)                                                                                                         \
    X(pec_sandbox)                                                                                                     \
    X(pec_submission)

#define DECLARE(type) static type *good_##type, *new_##type;
HANDLES(DECLARE)

static const uint8_t one_byte[1] = {'x'}, one_key[32] = {1};
static char buffer[8];
static size_t number;
static int64_t time_out;
static pec_str str;
static pec_bytes bytes;
static pec_verdict verdict;
static uint32_t small;
static uint64_t big, bigger;
static pec_event_kind event_kind;
static pec_submitted submitted;
static pec_origin origin;
static pec_outcome outcome;

static const pec_bytes one_message[1] = {{one_byte, 1}};

static uint32_t sink(void *userdata, const uint8_t *data, size_t len)
{
    (void)userdata, (void)data, (void)len;
    return 0;
}

static uint32_t source(void *userdata, uint8_t *data, size_t room, size_t *len)
{
    (void)userdata, (void)data, (void)room, *len = 0;
    return 0;
}

static uint32_t stamp(void *userdata, const pec_bytes *note, uint8_t *token, size_t room, size_t *len)
{
    (void)userdata, (void)note, (void)token, (void)room, (void)len;
    return 1;
}

static uint32_t secret_get(void *userdata, const char *mailbox, uint32_t field, pec_credential **credential)
{
    (void)userdata, (void)mailbox, (void)field, (void)credential;
    return 0;
}

static uint32_t secret_put(void *userdata, const char *mailbox, uint32_t field, const pec_credential *credential)
{
    (void)userdata, (void)mailbox, (void)field, (void)credential;
    return 0;
}

static uint32_t secret_remove(void *userdata, const char *mailbox, uint32_t field, uint32_t *was)
{
    (void)userdata, (void)mailbox, (void)field, (void)was;
    return 0;
}

static void begin(const char *path, const char *opaque)
{
    pec_message *message = NULL;
    pec_extracted *signature = NULL;
    static const char ldif[] = "version: 1\n";
    char id[65] = {0};
    (void)one_message, (void)sink, (void)source, (void)stamp;
    (void)secret_get, (void)secret_put, (void)secret_remove;
    (void)buffer, (void)time_out, (void)bigger;
    expect(pec_trust_store_built_in(&good_pec_trust_store, NULL), PEC_OK, "trust store");
    expect(pec_trust_store_add_host_anchor(good_pec_trust_store, one_byte, 1, &good_pec_error), PEC_CERTIFICATE, "error");
    expect(pec_evidence_new(&good_pec_evidence, NULL), PEC_OK, "evidence");
    expect(pec_directory_from_ldif((const uint8_t *)ldif, sizeof ldif - 1, &good_pec_directory, NULL), PEC_OK, "directory");
    expect(pec_verifier_new(good_pec_trust_store, &good_pec_verifier, NULL), PEC_OK, "verifier");
    expect(pec_message_parse_file(path, &good_pec_message, NULL), PEC_OK, "message");
    expect(pec_message_extract(good_pec_message, PEC_EXTRACT_ORIGINAL, &good_pec_extracted, NULL), PEC_OK, "extract");
    expect(pec_message_parts(good_pec_message, &good_pec_parts, NULL), PEC_OK, "parts");
    expect(pec_limits_new(&good_pec_limits, NULL), PEC_OK, "limits");
    expect(pec_message_parse_file(opaque, &message, NULL), PEC_OK, "opaque message");
    expect(pec_message_extract(message, PEC_EXTRACT_SIGNATURE, &signature, NULL), PEC_OK, "signature");
    expect(pec_extracted_bytes(signature, 0, &bytes), PEC_OK, "signature");
    expect(pec_cades_unwrap(bytes.data, bytes.len, &good_pec_cades, NULL), PEC_OK, "cades");
    pec_extracted_free(signature);
    pec_message_free(message);
    expect(pec_verify(good_pec_verifier, good_pec_message, 0, &good_pec_verification, NULL), PEC_OK, "verify");
    expect(pec_verification_json(good_pec_verification, "x", &good_pec_text, NULL), PEC_OK, "json");
    expect(pec_ledger_new(&good_pec_ledger, NULL), PEC_OK, "ledger");
    expect(pec_ledger_add(good_pec_ledger, good_pec_verification, "x", NULL), PEC_OK, "add");
    expect(pec_ledger_dossiers(good_pec_ledger, 0, 0, &good_pec_dossiers, NULL), PEC_OK, "dossiers");
    expect(pec_work_verify(good_pec_verifier, path, 0, 1, &good_pec_work, NULL), PEC_OK, "work");
    expect(pec_event_next(good_pec_work, 60000, &good_pec_event), PEC_OK, "event");
    remove("good.pecarchive");
    expect(pec_archive_create("good.pecarchive", &good_pec_archive, NULL), PEC_OK, "archive");
    expect(pec_intake_new(good_pec_trust_store, &good_pec_intake, NULL), PEC_OK, "intake");
    expect(pec_archive_put(good_pec_archive, good_pec_intake, one_byte, 1, 0, &good_pec_ids, NULL), PEC_OK, "put");
    expect(pec_ids_text(good_pec_ids, 0, &str), PEC_OK, "id");
    expect(pec_archive_search(good_pec_archive, "", 0, 1, &good_pec_page, NULL), PEC_OK, "page");
    memcpy(id, str.data, 64);
    expect(pec_archive_get(good_pec_archive, id, &good_pec_blob, NULL), PEC_OK, "blob");
    expect(pec_proof_check(good_pec_trust_store, one_byte, 1, 0, &good_pec_proof, NULL), PEC_OK, "proof");
    expect(pec_keys_new(one_key, sizeof one_key, &good_pec_keys, NULL), PEC_OK, "keys");
    expect(pec_card_answer_cms("x", one_byte, 1, &good_pec_card_answer, NULL), PEC_OK, "answer of a card");
    expect(pec_kept_roots_new(&good_pec_kept_roots, NULL), PEC_OK, "kept roots");
    expect(pec_rules_new(&good_pec_rules, NULL), PEC_OK, "rules");
    expect(pec_log_key_new("posta", one_key, sizeof one_key, &good_pec_log_key, NULL), PEC_OK, "log key");
    expect(pec_draft_new("a@pec.alfa.example", "", "x", &good_pec_draft, NULL), PEC_OK, "draft");
    expect(pec_draft_compose(good_pec_draft, 0, one_byte, 0, &good_pec_composed, NULL), PEC_OK, "composed");
    expect(pec_conditions_new(&good_pec_conditions, NULL), PEC_OK, "conditions");
    expect(pec_draft_refusals(good_pec_draft, good_pec_conditions, &good_pec_refusals, NULL), PEC_OK, "refusals");
    expect(pec_deposit_new("VATIT-12345678903=x", &good_pec_deposit, NULL), PEC_OK, "deposit");
    expect(pec_credential_new("x", "y", &good_pec_credential, NULL), PEC_OK, "credential");
    expect(pec_secrets_open("good.secrets", one_key, sizeof one_key, &good_pec_secrets, NULL), PEC_OK, "secrets");
    expect(pec_hub_open(good_pec_archive, good_pec_intake, good_pec_secrets, "", &good_pec_hub, NULL), PEC_OK, "hub");
    expect(pec_sandbox_new(1770628530, 2, &good_pec_sandbox, NULL), PEC_OK, "sandbox");
    expect(pec_sandbox_set_mailbox(good_pec_sandbox, "a@pec.alfa.example", PEC_MAILBOX_ACTIVE, NULL), PEC_OK, "mailbox");
    expect(pec_sandbox_submit(good_pec_sandbox, "a@pec.alfa.example", "b@cert.beta.example", one_byte, 1,
                              &good_pec_submission, NULL),
           PEC_OK, "submission");
}

/* Frees what the last call has made. */
static void again(void)
{
#define FREE_NEW(type) type##_free(new_##type), new_##type = NULL;
    HANDLES(FREE_NEW)
    /* A call that is given NULL for a handle in a position that ends it must not have touched the good one. */
#define THERE(type)                                                                                                    \
    if (good_##type == NULL) fail("no good " #type);
    HANDLES(THERE)
}

static void end(void)
{
    again();
#define FREE_GOOD(type) type##_free(good_##type);
    HANDLES(FREE_GOOD)
}

#endif
