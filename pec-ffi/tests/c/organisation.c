/* Who may do what, and the log as evidence, from the other side. The argument is an empty folder. Ends with 0 when all is as it
 * should be. */
#include "check.h"
#include <stdlib.h>

#define BOX "gare@pec.comune.example"
#define NOW ((int64_t)1772366400) /* 2026-03-01T12:00:00Z */
#define AT "\"2026-03-01T12:00:00Z\""

static char folder[4096], place[4200];
static pec_trust_store *trust;
static pec_archive *archive;

/* The text as a text of C's own; freed by the caller. */
static char *copied(pec_text *text)
{
    pec_bytes bytes = {NULL, 0};
    char *copy;
    if (text == NULL || pec_text_bytes(text, &bytes) != PEC_OK)
        bytes.len = 0;
    copy = (char *)malloc(bytes.len + 1);
    if (bytes.len > 0)
        memcpy(copy, bytes.data, bytes.len);
    copy[bytes.len] = 0;
    pec_text_free(text);
    return copy;
}

static int contains(pec_text *text, const char *part)
{
    char *copy = copied(text);
    int found = *part == 0 ? *copy == 0 : strstr(copy, part) != NULL;
    if (!found)
        fprintf(stderr, "no %s in %s\n", part, copy);
    free(copy);
    return found;
}

static int has(const pec_error *error, uint32_t field, const char *expected)
{
    pec_str text;
    return error != NULL && pec_error_text(error, field, &text) == PEC_OK && is(text, expected);
}

/* Whether it was refused for this reason, for want of this permission; frees the error. */
static int refused(pec_result result, pec_error *error, const char *reason, const char *missing)
{
    pec_str it, en;
    int same = result == PEC_ARCHIVE_DENIED && has(error, PEC_ERROR_REASON, reason) && has(error, PEC_ERROR_MISSING, missing);
    CHECK(error != NULL && pec_error_text(error, PEC_ERROR_REASON_IT, &it) == PEC_OK && it.len > 0);
    CHECK(error != NULL && pec_error_text(error, PEC_ERROR_REASON_EN, &en) == PEC_OK && en.len > 0);
    CHECK(has(error, PEC_ERROR_CODE, "archive.denied") && has(error, PEC_ERROR_LAYER, "access"));
    pec_error_free(error);
    return same;
}

/* What is done and not refused. */
static int done(const pec_archive *by, const char *command, const char *expected)
{
    pec_text *text = NULL;
    pec_error *error = NULL;
    pec_str why;
    if (pec_archive_act(by, command, NOW, &text, &error) == PEC_OK)
        return contains(text, expected);
    if (error != NULL && pec_error_text(error, PEC_ERROR_EVIDENCE, &why) == PEC_OK)
        fprintf(stderr, "%s: %.*s\n", command, (int)why.len, why.data);
    pec_error_free(error);
    return 0;
}

static int listed(const pec_archive *by, const char *listing, const char *query, uint32_t scope, const char *code,
                  const char *expected)
{
    pec_text *text = NULL;
    return pec_archive_listing(by, listing, query, scope, code, NOW, &text, NULL) == PEC_OK && contains(text, expected);
}

/* A client with an account and a mailbox that anna shares. */
static void found(void)
{
    CHECK(done(archive, "{\"command\":\"add-client\",\"client\":{\"code\":\"C1\",\"name\":\"Comune\",\"kind\":\"public-body\"}}",
               "{\"event\":\"client-added\",\"client\":{\"code\":\"C1\",\"name\":\"Comune\",\"kind\":\"public-body\"}}\n"));
    CHECK(done(archive, "{\"command\":\"add-account\",\"account\":{\"code\":\"A1\",\"client\":\"C1\",\"name\":\"Gare\"}}", "account-added"));
    CHECK(done(archive,
               "{\"command\":\"enrol\",\"account\":\"A1\",\"mailbox\":\"" BOX "\",\"holder\":{\"name\":\"Comune\"},"
               "\"standing\":{\"active\":" AT "}}",
               "\"state\":\"active\""));
    CHECK(done(archive, "{\"command\":\"share-on\",\"mailbox\":\"" BOX "\"}", "sharing-on"));
    CHECK(done(archive, "{\"command\":\"add-user\",\"user\":{\"id\":\"anna\",\"account\":\"A1\",\"name\":\"Anna\"}}", "user-added"));
    CHECK(done(archive,
               "{\"command\":\"add-delegate\",\"mailbox\":\"" BOX "\",\"user\":\"anna\","
               "\"name\":{\"first_name\":\"Anna\",\"surname\":\"Verdi\",\"description\":\"Gare\"}}",
               "delegate-added"));
    CHECK(done(archive, "{\"command\":\"activate-delegate\",\"mailbox\":\"" BOX "\",\"user\":\"anna\"}", "delegate-activated"));
    CHECK(done(archive,
               "{\"command\":\"grant\",\"grant\":{\"id\":\"G1\",\"mailbox\":\"" BOX "\",\"user\":\"anna\",\"gives\":\"permissions\","
               "\"permissions\":[\"reply\",\"assign\"],\"restriction\":{\"folders\":[\"INBOX\"],\"never\":[\"riservato\"]},"
               "\"from\":" AT "}}",
               "granted"));
    CHECK(done(archive, "{\"command\":\"open-work\",\"item\":{\"id\":\"W1\",\"mailbox\":\"" BOX "\",\"folder\":\"INBOX\",\"tags\":[\"gare\"]}}", "work-opened"));
}

static void act(void)
{
    const char *claim = "{\"command\":\"claim\",\"item\":\"W1\",\"until\":\"2026-03-01T16:00:00Z\"}";
    pec_archive *anna = NULL, *carla = NULL, *olga = NULL;
    pec_text *text = NULL;
    pec_error *error = NULL;
    pec_result result;
    CHECK(pec_archive_as(archive, "anna", &anna, NULL) == PEC_OK && pec_archive_as(archive, "carla", &carla, NULL) == PEC_OK);
    CHECK(pec_archive_as_operator(archive, "olga", PEC_SCOPE_ACCOUNT, "A1", &olga, NULL) == PEC_OK);
    result = pec_archive_act(carla, claim, NOW, &text, &error);
    CHECK(refused(result, error, "org.not_found", "assign"));
    CHECK(done(anna, claim, "\"by\":\"anna\",\"until\":\"2026-03-01T16:00:00Z\",\"mandate\":null"));
    result = pec_archive_act(anna, claim, NOW, &text, &error);
    CHECK(refused(result, error, "work.claimed", ""));
    CHECK(listed(anna, "work", "", PEC_SCOPE_HOST, "", "\"state\":\"claimed\",\"by\":\"anna\""));
    CHECK(done(olga, "{\"command\":\"release\",\"item\":\"W1\"}", "work-released"));
    /* What is no command is not in the log. */
    CHECK(pec_archive_act(anna, "{\"command\":\"claim\",\"item\":\"W1\",\"until\":" AT ",\"more\":1}", NOW, &text, &error) == PEC_ARCHIVE_VALUE);
    CHECK(has(error, PEC_ERROR_EVIDENCE, "command: more: not understood") && has(error, PEC_ERROR_REASON, ""));
    CHECK(has(error, PEC_ERROR_REASON_EN, "") && has(error, PEC_ERROR_MISSING, ""));
    pec_error_free(error);
    CHECK(pec_archive_act(anna, NULL, NOW, &text, NULL) == PEC_NULL && pec_archive_act(NULL, claim, NOW, &text, NULL) == PEC_NULL);
    CHECK(pec_archive_as_operator(archive, "", PEC_SCOPE_HOST, "", &olga, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_as_operator(archive, "olga", PEC_SCOPE_CLIENT, "", &olga, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_as_operator(archive, "olga", PEC_SCOPE_HOST, "C1", &olga, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_as_operator(archive, "olga", 3, "C1", &olga, NULL) == PEC_BAD_VALUE);
    pec_archive_free(anna);
    pec_archive_free(carla);
    pec_archive_free(olga);
}

static void list(void)
{
    pec_archive *other = NULL;
    pec_text *text = NULL;
    pec_error *error = NULL;
    CHECK(listed(archive, "mailboxes", "{\"in\":\"active\"}", PEC_SCOPE_CLIENT, "C1", "\"report\":\"mailbox\",\"mailbox\":\"" BOX "\""));
    CHECK(listed(archive, "mailboxes", "{\"in\":\"revoked\"}", PEC_SCOPE_HOST, "", ""));
    CHECK(listed(archive, "clients", "", PEC_SCOPE_ACCOUNT, "A1", ""));
    CHECK(pec_archive_as_operator(archive, "olga", PEC_SCOPE_CLIENT, "C2", &other, NULL) == PEC_OK);
    CHECK(listed(other, "grants", "", PEC_SCOPE_CLIENT, "C1", "") && listed(other, "policy", "", PEC_SCOPE_HOST, "", "\"max_active\":null"));
    CHECK(pec_archive_listing(archive, "boxes", "", PEC_SCOPE_HOST, "", NOW, &text, &error) == PEC_BAD_VALUE);
    pec_error_free(error);
    CHECK(pec_archive_listing(archive, "mailboxes", "{}", PEC_SCOPE_HOST, "", NOW, &text, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_listing(archive, "mailboxes", "", 9, "", NOW, &text, NULL) == PEC_BAD_VALUE);
    pec_archive_free(other);
}

static void may(void)
{
    pec_archive *anna = NULL;
    pec_text *text = NULL;
    pec_error *error = NULL;
    pec_result result;
    CHECK(pec_archive_as(archive, "anna", &anna, NULL) == PEC_OK);
    CHECK(pec_archive_may(anna, "reply", BOX, PEC_OBJECT_MESSAGE, "INBOX", "gare, urgente", NOW, &text, NULL) == PEC_OK);
    CHECK(contains(text, "\"report\":\"right\",\"permission\":\"reply\",\"by\":\"grant\",\"grant\":\"G1\",\"role\":null,\"mandate\":null}"));
    CHECK(pec_archive_may(anna, "reply", BOX, PEC_OBJECT_MESSAGE, "INBOX", "", NOW, &text, NULL) == PEC_OK && contains(text, "G1"));
    result = pec_archive_may(anna, "reply", BOX, PEC_OBJECT_FOLDER, "INBOX", "", NOW, &text, &error);
    CHECK(refused(result, error, "permission.restricted", "reply"));
    result = pec_archive_may(anna, "reply", BOX, PEC_OBJECT_MAILBOX, "", "", NOW, &text, &error);
    CHECK(refused(result, error, "permission.restricted", "reply"));
    result = pec_archive_may(anna, "send", BOX, PEC_OBJECT_MAILBOX, "", "", NOW, &text, &error);
    CHECK(refused(result, error, "permission.missing", "send"));
    CHECK(pec_archive_may(archive, "send", BOX, PEC_OBJECT_MAILBOX, "", "", NOW, &text, NULL) == PEC_OK && contains(text, "\"by\":\"host\""));
    CHECK(pec_archive_may(anna, "dance", BOX, PEC_OBJECT_MAILBOX, "", "", NOW, &text, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_may(anna, "send", "gare", PEC_OBJECT_MAILBOX, "", "", NOW, &text, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_may(anna, "send", BOX, PEC_OBJECT_MAILBOX, "INBOX", "", NOW, &text, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_may(anna, "send", BOX, 3, "", "", NOW, &text, NULL) == PEC_BAD_VALUE);
    pec_archive_free(anna);
}

static void shares(void)
{
    pec_archive *anna = NULL;
    pec_text *text = NULL;
    pec_blob *blob = NULL;
    pec_error *error = NULL;
    pec_result result;
    CHECK(pec_archive_as(archive, "anna", &anna, NULL) == PEC_OK);
    CHECK(done(archive,
               "{\"command\":\"share\",\"share\":{\"id\":\"S1\",\"mailbox\":\"" BOX "\",\"dossier\":\"opec1@pec.example\","
               "\"with\":\"anna\",\"from\":" AT ",\"until\":\"2026-03-02T12:00:00Z\"}}",
               "dossier-shared"));
    CHECK(listed(anna, "shares", "", PEC_SCOPE_HOST, "", "\"id\":\"S1\""));
    CHECK(pec_archive_open_share(anna, "S1", NOW, &text, NULL) == PEC_OK && contains(text, ""));
    result = pec_archive_open_share(anna, "S1", NOW + 86400, &text, &error);
    CHECK(refused(result, error, "share.over", ""));
    result = pec_archive_open_share(anna, "S2", NOW, &text, &error);
    CHECK(refused(result, error, "org.not_found", ""));
    CHECK(pec_archive_get_shared(anna, "S1", "0000000000000000000000000000000000000000000000000000000000000000", NOW, &blob, NULL) ==
          PEC_ARCHIVE_NOT_FOUND);
    CHECK(pec_archive_open_share(anna, "", NOW, &text, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_get_shared(anna, "S1", "x", NOW, &blob, NULL) == PEC_BAD_VALUE);
    pec_archive_free(anna);
}

static void documents(void)
{
    const uint8_t pdf[] = "%PDF-1.7\n", program[] = "MZ a program";
    pec_text *text = NULL;
    pec_error *error = NULL;
    pec_result result;
    CHECK(pec_document_examine("contract", "contratto.exe", pdf, sizeof pdf - 1, &text, NULL) == PEC_OK);
    CHECK(contains(text, "\"name\":\"contratto.exe\",\"kind\":\"contract\",\"format\":\"pdf\"}"));
    result = pec_document_examine("contract", "contratto.pdf", program, sizeof program - 1, &text, &error);
    CHECK(refused(result, error, "document.format", ""));
    CHECK(pec_document_examine("letter", "contratto.pdf", pdf, sizeof pdf - 1, &text, NULL) == PEC_BAD_VALUE);
    CHECK(pec_document_examine("contract", "", pdf, sizeof pdf - 1, &text, NULL) == PEC_BAD_VALUE);
}

struct piece {
    char data[20000];
    size_t len;
    uint32_t answer;
};

static uint32_t take(void *userdata, const uint8_t *data, size_t len)
{
    struct piece *piece = (struct piece *)userdata;
    if (piece->answer != 0 || piece->len + len >= sizeof piece->data)
        return 7;
    memcpy(piece->data + piece->len, data, len);
    piece->len += len;
    piece->data[piece->len] = 0;
    return 0;
}

static void evidence(void)
{
    static struct piece table, ended;
    uint8_t secret[32] = {7};
    pec_log_key *key = NULL;
    pec_kept_roots *roots = NULL;
    pec_text *text = NULL;
    pec_blob *blob = NULL;
    pec_bytes checkpoint;
    pec_error *error = NULL;
    char *verifier, *proof, *growth, *earlier, *later;
    uint64_t size = 0, now_size = 0, next = 0;
    uint32_t clean = 9, holds = 9;
    CHECK(pec_log_key_new("la posta", secret, 32, &key, &error) == PEC_ARCHIVE_VALUE && is_code(error, "archive.value"));
    CHECK(pec_log_key_new("posta", secret, 31, &key, NULL) == PEC_BAD_LENGTH);
    CHECK(pec_log_key_new("posta", secret, 32, &key, NULL) == PEC_OK && pec_log_key_verifier(key, &text, NULL) == PEC_OK);
    verifier = copied(text);
    CHECK(strncmp(verifier, "posta+", 6) == 0);
    CHECK(pec_archive_log_root(archive, &size, &text, NULL) == PEC_OK);
    earlier = copied(text);
    CHECK(pec_archive_sign_log(archive, key, NOW, &blob, NULL) == PEC_OK && pec_blob_bytes(blob, &checkpoint) == PEC_OK);
    CHECK(pec_kept_roots_new(&roots, NULL) == PEC_OK);
    CHECK(pec_kept_roots_add_signed(roots, checkpoint.data, checkpoint.len, verifier, &now_size, NULL) == PEC_OK && now_size == size);
    CHECK(pec_kept_roots_add_signed(roots, checkpoint.data, checkpoint.len, "x", &now_size, NULL) == PEC_ARCHIVE_VALUE);
    CHECK(pec_kept_roots_add_mailed(roots, trust, checkpoint.data, checkpoint.len, NOW, &now_size, &error) == PEC_NOT_CERTIFIED);
    CHECK(is_code(error, "message.not_certified"));
    CHECK(pec_archive_verify_log(archive, trust, roots, NOW, &clean, &text, NULL) == PEC_OK && clean == 1);
    CHECK(contains(text, "\"by\":\"key\",\"who\":\"posta\",\"time\":null,\"why\":null,\"holds\":true}],\"unanchored\":1}"));
    CHECK(pec_archive_verify_log(archive, trust, NULL, NOW, &clean, &text, NULL) == PEC_NULL);

    CHECK(pec_archive_log(archive, 1, 1, &text, NULL) == PEC_OK && contains(text, "{\"n\":1,\"at\":" AT ",\"actor\":\"host\",\"what\":\"organisation\""));
    CHECK(pec_archive_log(archive, 1000000, 1, &text, NULL) == PEC_OK && contains(text, ""));
    CHECK(pec_archive_export_log(archive, 0, PEC_LOG_FORMAT_CSV, &table, take, &next, NULL) == PEC_OK && next == size + 1);
    CHECK(strncmp(table.data, "n,at,actor,", 11) == 0 && strstr(table.data, "carla") != NULL);
    ended.answer = 1;
    CHECK(pec_archive_export_log(archive, 0, PEC_LOG_FORMAT_NDJSON, &ended, take, &next, NULL) == PEC_ARCHIVE_FILE);
    CHECK(pec_archive_export_log(archive, 0, 3, &ended, take, &next, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_export_log(archive, 0, 0, &ended, NULL, &next, NULL) == PEC_NULL);

    CHECK(pec_archive_log_root(archive, &now_size, &text, NULL) == PEC_OK && now_size == size + 1);
    later = copied(text);
    CHECK(pec_archive_prove_entry(archive, 2, 0, &text, NULL) == PEC_OK);
    proof = copied(text);
    CHECK(pec_archive_prove_growth(archive, size, 0, &text, NULL) == PEC_OK);
    growth = copied(text);
    CHECK(pec_log_check_entry(proof, later, &holds, NULL) == PEC_OK && holds == 1);
    CHECK(pec_log_check_entry(proof, earlier, &holds, NULL) == PEC_OK && holds == 0);
    CHECK(pec_log_check_growth(growth, earlier, later, &holds, NULL) == PEC_OK && holds == 1);
    CHECK(pec_log_check_growth(growth, later, earlier, &holds, NULL) == PEC_OK && holds == 0);
    CHECK(pec_log_check_entry("{}", later, &holds, NULL) == PEC_BAD_VALUE && pec_log_check_entry(proof, "x", &holds, NULL) == PEC_BAD_VALUE);
    CHECK(pec_log_check_growth(proof, earlier, later, &holds, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_prove_entry(archive, size + 1, 0, &text, NULL) == PEC_ARCHIVE_NOT_FOUND);
    CHECK(pec_archive_prove_growth(archive, 0, 0, &text, NULL) == PEC_ARCHIVE_NOT_FOUND);
    free(verifier);
    free(proof);
    free(growth);
    free(earlier);
    free(later);
    pec_blob_free(blob);
    pec_kept_roots_free(roots);
    pec_log_key_free(key);
    pec_kept_roots_free(NULL);
    pec_log_key_free(NULL);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    snprintf(folder, sizeof folder, "%s", argv[1]);
    snprintf(place, sizeof place, "%s/comune.pecarchive", folder);
    CHECK(pec_trust_store_built_in(&trust, NULL) == PEC_OK);
    CHECK(pec_archive_create(place, &archive, NULL) == PEC_OK);
    found();
    act();
    list();
    may();
    shares();
    documents();
    evidence();
    pec_archive_free(archive);
    pec_trust_store_free(trust);
    return failures == 0 ? 0 : 1;
}
