/* Good arguments for the calls of the generated test of NULL: one handle of each kind. */
#ifndef GOOD_H
#define GOOD_H

#include <pec.h>
#include <stdio.h>
#include <stdlib.h>

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
    X(pec_verifier)                                                                                                    \
    X(pec_message)                                                                                                     \
    X(pec_extracted)                                                                                                   \
    X(pec_verification)                                                                                                \
    X(pec_text)                                                                                                        \
    X(pec_ledger)                                                                                                      \
    X(pec_dossiers)

#define DECLARE(type) static type *good_##type, *new_##type;
HANDLES(DECLARE)

static const uint8_t one_byte[1] = {'x'};
static char buffer[8];
static size_t number;
static int64_t time_out;
static pec_str str;
static pec_bytes bytes;
static pec_verdict verdict;

static void begin(const char *path)
{
    static const char ldif[] = "version: 1\n";
    (void)buffer, (void)time_out;
    expect(pec_trust_store_built_in(&good_pec_trust_store, NULL), PEC_OK, "trust store");
    expect(pec_trust_store_add_host_anchor(good_pec_trust_store, one_byte, 1, &good_pec_error), PEC_CERTIFICATE, "error");
    expect(pec_evidence_new(&good_pec_evidence, NULL), PEC_OK, "evidence");
    expect(pec_directory_from_ldif((const uint8_t *)ldif, sizeof ldif - 1, &good_pec_directory, NULL), PEC_OK, "directory");
    expect(pec_verifier_new(good_pec_trust_store, &good_pec_verifier, NULL), PEC_OK, "verifier");
    expect(pec_message_parse_file(path, &good_pec_message, NULL), PEC_OK, "message");
    expect(pec_message_extract(good_pec_message, PEC_EXTRACT_ORIGINAL, &good_pec_extracted, NULL), PEC_OK, "extract");
    expect(pec_verify(good_pec_verifier, good_pec_message, 0, &good_pec_verification, NULL), PEC_OK, "verify");
    expect(pec_verification_json(good_pec_verification, "x", &good_pec_text, NULL), PEC_OK, "json");
    expect(pec_ledger_new(&good_pec_ledger, NULL), PEC_OK, "ledger");
    expect(pec_ledger_add(good_pec_ledger, good_pec_verification, "x", NULL), PEC_OK, "add");
    expect(pec_ledger_dossiers(good_pec_ledger, 0, 0, &good_pec_dossiers, NULL), PEC_OK, "dossiers");
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
