/* Archives from the other side: every function, errors, works that are cancelled and freed, forked. The argument is an empty
 * folder, whose name has spaces and accents. Ends with 0 when all is as it should be. */
#include "system.h"
#include <stdlib.h>

#define ANNA "anna@pec.alfa.example"
#define OFFICE "ufficio@cert.beta.example"
#define NOW ((int64_t)1770800000)
#define YEARS 400000000

static const char message[] = "From: " ANNA "\r\nTo: " OFFICE "\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\n"
                              "Message-ID: <1@ditta.example>\r\nSubject: Offerta\r\n\r\nBuongiorno.\r\n";

static char folder[4096], place[4200], mail[4200];
static pec_trust_store *trust;
static pec_intake *intake;
static pec_archive *archive;
static char sent[65], identifier[256];

/* A path in the folder, in one of four buffers. */
static const char *in_folder(const char *name)
{
    static char paths[4][5000];
    static int at;
    char *path = paths[at++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static int contains(pec_text *text, const char *part)
{
    pec_bytes bytes;
    char *copy;
    int found;
    if (text == NULL || pec_text_bytes(text, &bytes) != PEC_OK)
        return 0;
    copy = (char *)malloc(bytes.len + 1);
    memcpy(copy, bytes.data, bytes.len);
    copy[bytes.len] = 0;
    found = strstr(copy, part) != NULL;
    if (!found)
        fprintf(stderr, "no %s in %s\n", part, copy);
    free(copy);
    pec_text_free(text);
    return found;
}

static void copy_id(const pec_ids *ids, size_t index, char *out)
{
    pec_str text;
    CHECK(pec_ids_text(ids, index, &text) == PEC_OK && text.len == 64);
    memcpy(out, text.data, 64);
    out[64] = 0;
}

/* A message that was sent and delivered: as files in `mail`, and its trust. */
static void furnish(void)
{
    pec_sandbox *sandbox = NULL;
    pec_submission *submission = NULL;
    size_t number = 0;
    CHECK(pec_sandbox_new(1770628530, 2, &sandbox, NULL) == PEC_OK);
    CHECK(pec_sandbox_set_mailbox(sandbox, ANNA, PEC_MAILBOX_ACTIVE, NULL) == PEC_OK);
    CHECK(pec_sandbox_set_mailbox(sandbox, OFFICE, PEC_MAILBOX_ACTIVE, NULL) == PEC_OK);
    CHECK(pec_sandbox_submit(sandbox, ANNA, OFFICE, (const uint8_t *)message, sizeof message - 1, &submission, NULL) == PEC_OK);
    CHECK(pec_sandbox_settle(sandbox, NULL) == PEC_OK);
    CHECK(pec_sandbox_write_mailbox(sandbox, ANNA, mail, &number, NULL) == PEC_OK && number == 2);
    CHECK(pec_sandbox_trust(sandbox, &trust, NULL) == PEC_OK);
    pec_submission_free(submission);
    pec_sandbox_free(sandbox);
}

static void opened(void)
{
    pec_archive *other = NULL;
    pec_error *error = NULL;
    pec_str path;
    CHECK(pec_archive_open(place, &other, &error) == PEC_ARCHIVE_MISSING && other == NULL);
    CHECK(is_code(error, "archive.missing"));
    CHECK(pec_archive_create(place, &archive, NULL) == PEC_OK);
    CHECK(pec_archive_create(place, &other, NULL) == PEC_ARCHIVE_EXISTS);
    CHECK(pec_archive_path(archive, &path) == PEC_OK && path.len > 0);
    CHECK(pec_intake_new(trust, &intake, NULL) == PEC_OK);
    CHECK(pec_intake_set_mailbox(intake, ANNA, NULL) == PEC_OK);
    /* The same file, opened once more by the same process. */
    CHECK(pec_archive_open_read_only(place, &other, NULL) == PEC_OK);
    CHECK(pec_archive_scrub(other, NULL) == PEC_ARCHIVE_READ_ONLY);
    pec_archive_free(other);
}

static uint32_t collect(void *userdata, const uint8_t *data, size_t len)
{
    pec_bytes *all = (pec_bytes *)userdata;
    CHECK(memcmp(all->data, data, len) == 0);
    all->data += len;
    all->len -= len;
    return 0;
}

static uint32_t refuse(void *userdata, const uint8_t *data, size_t len)
{
    (void)userdata, (void)data, (void)len;
    return 7;
}

static void kept(void)
{
    static const uint8_t other[] = "Subject: altro\r\n\r\nx\r\n";
    pec_bytes both[2], bytes, rest;
    pec_ids *ids = NULL;
    pec_blob *blob = NULL;
    pec_error *error = NULL;
    pec_archive *anna = NULL;
    size_t count = 0;
    uint32_t is_new = 9;
    char id[65];
    CHECK(pec_archive_put_submitted(archive, intake, (const uint8_t *)message, sizeof message - 1, ANNA, OFFICE, NOW, &ids, NULL) ==
          PEC_OK);
    copy_id(ids, 0, sent);
    CHECK(pec_ids_is_new(ids, 0, &is_new) == PEC_OK && is_new == 1);
    CHECK(pec_ids_is_new(ids, 1, &is_new) == PEC_ABSENT);
    pec_ids_free(ids);
    both[0].data = (const uint8_t *)message, both[0].len = sizeof message - 1;
    both[1].data = other, both[1].len = sizeof other - 1;
    /* In the name of a user, who stands in the log. */
    CHECK(pec_archive_as(archive, " ", &anna, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_as(archive, "anna.verdi", &anna, NULL) == PEC_OK);
    CHECK(pec_archive_put_batch(anna, intake, both, 2, NOW, &ids, NULL) == PEC_OK);
    pec_archive_free(anna);
    CHECK(pec_ids_count(ids, &count) == PEC_OK && count == 2);
    CHECK(pec_ids_is_new(ids, 0, &is_new) == PEC_OK && is_new == 0);
    copy_id(ids, 0, id);
    CHECK(strcmp(id, sent) == 0);
    copy_id(ids, 1, id);
    pec_ids_free(ids);
    CHECK(pec_archive_put(archive, intake, other, sizeof other - 1, NOW, &ids, NULL) == PEC_OK);
    CHECK(pec_ids_is_new(ids, 0, &is_new) == PEC_OK && is_new == 0);
    pec_ids_free(ids);
    CHECK(pec_archive_put_batch(archive, intake, both, (size_t)-1, NOW, &ids, NULL) == PEC_BAD_LENGTH);

    CHECK(pec_archive_get(archive, id, &blob, NULL) == PEC_OK && pec_blob_bytes(blob, &bytes) == PEC_OK);
    CHECK(bytes.len == sizeof other - 1 && memcmp(bytes.data, other, bytes.len) == 0);
    rest = bytes;
    CHECK(pec_archive_get_to(archive, id, &rest, collect, NULL) == PEC_OK && rest.len == 0);
    CHECK(pec_archive_get_to(archive, id, NULL, refuse, &error) == PEC_ARCHIVE_FILE && is_code(error, "archive.file"));
    pec_blob_free(blob);
    CHECK(pec_archive_get(archive, "no id", &blob, NULL) == PEC_BAD_VALUE);
    id[0] = id[0] == '0' ? '1' : '0';
    CHECK(pec_archive_get(archive, id, &blob, NULL) == PEC_ARCHIVE_NOT_FOUND);
}

/* Waits for the last event of work and frees it; its report, where one is wanted. */
static pec_event_kind last_of(pec_work *work, pec_text **report, pec_error **failure)
{
    pec_event_kind kind = PEC_EVENT_PROGRESS;
    pec_text *none = NULL;
    while (kind == PEC_EVENT_PROGRESS) {
        pec_event *event = NULL;
        pec_result result = pec_event_next(work, 60000, &event);
        CHECK(result == PEC_OK);
        if (result != PEC_OK || pec_event_what(event, &kind) != PEC_OK)
            break;
        if (kind == PEC_EVENT_FAILED && failure != NULL)
            CHECK(pec_event_failure(event, failure) == PEC_OK);
        pec_event_free(event);
    }
    if (report != NULL)
        CHECK(pec_work_report(work, report, NULL) == PEC_OK);
    /* Once, and never of what came to nothing. */
    if (report != NULL || kind != PEC_EVENT_FINISHED)
        CHECK(pec_work_report(work, &none, NULL) == PEC_ABSENT && none == NULL);
    pec_work_free(work);
    return kind;
}

static void found(void)
{
    pec_work *work = NULL;
    pec_text *report = NULL;
    pec_page *page = NULL;
    pec_ids *ids = NULL;
    pec_ledger *ledger = NULL;
    pec_dossiers *dossiers = NULL;
    pec_str text;
    pec_bytes line;
    int64_t next = 0, number = 0, certified = 0;
    size_t count = 0, begin = 0, end = 0;
    uint32_t field;
    CHECK(pec_work_import(archive, intake, mail, NOW, 2, &work, NULL) == PEC_OK);
    CHECK(last_of(work, &report, NULL) == PEC_EVENT_FINISHED);
    CHECK(contains(report, "{\"schema\":\"pec-archive/1\",\"report\":\"imported\",\"new\":2,\"known\":0,"));

    CHECK(pec_archive_search(archive, "stato:consegnato", 0, 1, &page, NULL) == PEC_OK);
    CHECK(pec_page_count(page, &count) == PEC_OK && count == 1 && pec_page_next(page, &next) == PEC_OK && next > 0);
    CHECK(pec_page_text(page, 0, PEC_ENTRY_VERDICT, 0, &text) == PEC_OK && is(text, "certified"));
    CHECK(pec_page_text(page, 0, PEC_ENTRY_PEC_ID, 0, &text) == PEC_OK);
    snprintf(identifier, sizeof identifier, "%.*s", (int)text.len, text.data);
    CHECK(pec_page_number(page, 0, PEC_ENTRY_CERTIFIED_AT, &certified) == PEC_OK && certified > 1770000000);
    CHECK(pec_page_number(page, 0, PEC_ENTRY_DATED_AT, &number) == PEC_OK && number == certified);
    CHECK(pec_page_number(page, 0, PEC_ENTRY_SIZE, &number) == PEC_OK && number > 1000);
    CHECK(pec_page_number(page, 0, PEC_ENTRY_SENDER, &number) == PEC_ABSENT);
    CHECK(pec_page_text(page, 0, PEC_ENTRY_MAILBOXES, 0, &text) == PEC_OK && is(text, ANNA));
    CHECK(pec_page_text(page, 0, PEC_ENTRY_MAILBOXES, 1, &text) == PEC_ABSENT);
    for (field = 0; pec_page_value_count(page, 0, field, &count) == PEC_OK; field++)
        ;
    CHECK(field == 15 && pec_page_value_count(page, 0, field, &count) == PEC_BAD_VALUE);
    CHECK(pec_page_json(page, 0, &line) == PEC_OK && line.len > 0 && line.data[line.len - 1] == '}');
    CHECK(pec_page_json(page, 1, &line) == PEC_ABSENT);
    CHECK(pec_page_lines(page, &line) == PEC_OK && line.data[line.len - 1] == '\n');
    pec_page_free(page);
    CHECK(pec_archive_search(archive, "stato:consegnato", next, 100, &page, NULL) == PEC_OK);
    CHECK(pec_page_next(page, &next) == PEC_ABSENT && pec_page_count(page, &count) == PEC_OK && count == 2);
    pec_page_free(page);
    CHECK(pec_archive_search(archive, "", 0, 0, &page, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_search(archive, "da:x mittente:y", 0, 1, &page, NULL) == PEC_ARCHIVE_QUERY);
    CHECK(pec_query_explain("da:x mittente:y", PEC_LANGUAGE_IT, &begin, &end, &report, NULL) == PEC_OK);
    CHECK(begin == 5 && end == 14 && contains(report, "campo sconosciuto"));
    CHECK(pec_query_explain("da:x", PEC_LANGUAGE_IT, &begin, &end, &report, NULL) == PEC_ABSENT);
    CHECK(pec_archive_entry(archive, sent, &page, NULL) == PEC_OK);
    CHECK(pec_page_text(page, 0, PEC_ENTRY_SUBJECT, 0, &text) == PEC_OK && is(text, "Offerta"));
    pec_page_free(page);

    CHECK(pec_archive_messages_about(archive, identifier, &ids, NULL) == PEC_OK);
    CHECK(pec_ids_count(ids, &count) == PEC_OK && count == 3);
    pec_ids_free(ids);
    CHECK(pec_archive_ledger(archive, intake, "<1@ditta.example>", NOW, &ledger, NULL) == PEC_OK);
    CHECK(pec_ledger_dossiers(ledger, NOW, PEC_READING_PLAIN, &dossiers, NULL) == PEC_OK);
    CHECK(pec_dossiers_text(dossiers, 0, PEC_DOSSIER_RECIPIENT_STATE, 0, &text) == PEC_OK && is(text, "delivered"));
    pec_dossiers_free(dossiers);
    pec_ledger_free(ledger);
    CHECK(pec_archive_log_entry(archive, 0, &report, NULL) == PEC_OK && contains(report, sent));
    CHECK(pec_archive_log_entry(archive, 1, &report, NULL) == PEC_OK && contains(report, "anna.verdi"));
    CHECK(pec_archive_log_entry(archive, 1000, &report, NULL) == PEC_ABSENT);
}

/* Tables of what the archive knows of its mailboxes. */
static void reports(void)
{
    static const char nothing[] = "{\"expected\":{\"mx\":[],\"txt\":[]},\"checks\":[]}";
    const uint8_t *records = (const uint8_t *)nothing;
    pec_text *table = NULL;
    size_t rows = 9;
    CHECK(pec_archive_report(archive, "traffic", "", "", "2026-02", "csv", NOW, &rows, &table, NULL) == PEC_OK && rows == 1);
    CHECK(contains(table, "2026-02,,," ANNA ",0,0,1,1,0,2,4,"));
    CHECK(pec_archive_report(archive, "delivery", "", "", "2026-01..2026-02", "html", NOW, &rows, &table, NULL) == PEC_OK);
    CHECK(rows == 1 && contains(table, "<!DOCTYPE html>"));
    CHECK(pec_archive_report(archive, "revoked-mailboxes", "", "", "", "json", NOW, &rows, &table, NULL) == PEC_OK);
    CHECK(rows == 0 && contains(table, "\"warning\":\"Attenzione: nessun dato estratto\""));
    CHECK(pec_archive_report(archive, "delegates", "", "", "2026-02", "csv", NOW, &rows, &table, NULL) == PEC_ARCHIVE_VALUE);
    CHECK(pec_archive_report(archive, "traffic", "C9", "", "", "csv", NOW, &rows, &table, NULL) == PEC_ARCHIVE_NOT_FOUND);
    CHECK(pec_archive_report(archive, "traffic", "C1", "A1", "", "csv", NOW, &rows, &table, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_report(archive, "boh", "", "", "", "csv", NOW, &rows, &table, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_report(archive, "traffic", "", "", "2026-13", "csv", NOW, &rows, &table, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_report(archive, "traffic", "", "", "", "pdf", NOW, &rows, &table, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_domain_report(archive, 1, "", "", records, sizeof nothing - 1, "csv-bom", NOW, &rows, &table, NULL) == PEC_OK);
    CHECK(rows == 0 && contains(table, "\xef\xbb\xbf" "Cliente,Account,Dominio,"));
    CHECK(pec_archive_domain_report(archive, 0, "", "", records, 2, "csv", NOW, &rows, &table, NULL) == PEC_BAD_VALUE);
}

static void retained(void)
{
    pec_text *report = NULL;
    pec_ids *ids = NULL;
    uint64_t size = 0;
    size_t held = 0;
    char two[140];
    snprintf(two, sizeof two, "%s, %s", sent, sent);
    CHECK(pec_archive_tag(archive, two, "bandi", NOW, NULL) == PEC_OK);
    CHECK(pec_archive_untag(archive, sent, "bandi", NOW, NULL) == PEC_OK);
    CHECK(pec_archive_tag(archive, "", "bandi", NOW, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_tag(archive, sent, "", NOW, NULL) == PEC_ARCHIVE_VALUE);
    CHECK(pec_archive_set_term(archive, "brevi", 1, NOW, NULL) == PEC_OK);
    CHECK(pec_archive_set_term(archive, "brevi", 0, NOW, NULL) == PEC_ARCHIVE_VALUE);
    CHECK(pec_archive_terms(archive, &report, NULL) == PEC_OK && contains(report, "\"class\":\"brevi\",\"months\":1}\n"));
    CHECK(pec_archive_classify(archive, sent, "lunghe", NOW, NULL) == PEC_ARCHIVE_NOT_FOUND);
    CHECK(pec_archive_classify(archive, sent, "brevi", NOW, NULL) == PEC_OK);
    CHECK(pec_archive_hold(archive, sent, "causa 1", NOW, NULL) == PEC_OK);
    CHECK(pec_archive_cases(archive, &report, NULL) == PEC_OK && contains(report, "\"report\":\"case\",\"case\":\"causa 1\",\"messages\":1}\n"));
    CHECK(pec_archive_held(archive, "causa 1", &ids, NULL) == PEC_OK && pec_ids_count(ids, &held) == PEC_OK && held == 1);
    pec_ids_free(ids);
    CHECK(pec_archive_held(archive, "causa 2", &ids, NULL) == PEC_ARCHIVE_NOT_FOUND);
    CHECK(pec_archive_retention(archive, sent, &report, NULL) == PEC_OK);
    CHECK(contains(report, "\"class\":\"brevi\",\"until\":\"20"));
    CHECK(pec_archive_retention(archive, sent, &report, NULL) == PEC_OK);
    CHECK(contains(report, "\"cases\":[\"causa 1\"],\"waits\":[]}"));
    CHECK(pec_archive_retention(archive, "00", &report, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_erase(archive, sent, "termine", NOW + YEARS, &report, NULL) == PEC_OK);
    CHECK(contains(report, "\"log\":null,\"kept_until\":null,\"held_for\":\"causa 1\"}\n"));
    CHECK(pec_archive_release(archive, "causa 1", NOW, &held, NULL) == PEC_OK && held == 1);
    CHECK(pec_archive_release(archive, "causa 1", NOW, &held, NULL) == PEC_ARCHIVE_NOT_FOUND);
    CHECK(pec_archive_expiring(archive, NOW, NOW + YEARS, 10, &report, NULL) == PEC_OK);
    CHECK(contains(report, "\"report\":\"ending\",\"what\":\"certificate\""));
    CHECK(pec_archive_log_root(archive, &size, &report, NULL) == PEC_OK && size > 5 && contains(report, ""));
    CHECK(pec_archive_stats(archive, &report, NULL) == PEC_OK && contains(report, "\"messages\":4,"));
    CHECK(pec_archive_scrub(archive, NULL) == PEC_OK);
    reports();
}

static uint32_t no_authority(void *userdata, const pec_bytes *note, uint8_t *token, size_t room, size_t *len)
{
    int *asked = (int *)userdata;
    CHECK(note->len > 11 && memcmp(note->data, "pec-archive", 11) == 0 && room >= 65536 && *len == 0);
    token[room - 1] = 1;
    *len = *asked == 0 ? room + 1 : 4;
    return (uint32_t)(++*asked == 3);
}

static void proven(void)
{
    pec_blob *bundle = NULL;
    pec_proof *proof = NULL;
    pec_text *text = NULL;
    pec_bytes bytes;
    uint8_t *damaged;
    uint32_t yes = 9;
    pec_evidence *evidence = NULL;
    int asked = 0, index;
    const char *found_at = "{\"form\":\"pec-lookup/1\",\"address\":\"ufficio@cert.beta.example\",\"register\":\"INI-PEC\",\"asked\":null,"
                           "\"asked_at\":\"2026-01-09T08:00:00Z\",\"valid_on\":null,\"found\":true,\"answer\":\"e30=\"}";
    for (index = 0; index < 3; index++)
        CHECK(pec_archive_stamp(archive, trust, NOW, &asked, no_authority, &text, NULL) == PEC_ARCHIVE_TIME_STAMP);
    CHECK(asked == 3);
    CHECK(pec_time_stamp_request((const uint8_t *)"pec-archive\n", 12, &bundle, NULL) == PEC_OK);
    CHECK(pec_blob_bytes(bundle, &bytes) == PEC_OK && bytes.len == 59 && bytes.data[0] == 0x30);
    pec_blob_free(bundle);
    CHECK(pec_time_stamp_request(NULL, 12, &bundle, NULL) == PEC_NULL);
    CHECK(pec_archive_note_lookup(archive, sent, "{}", NOW, NULL) == PEC_ARCHIVE_VALUE);
    CHECK(pec_archive_note_lookup(archive, sent, found_at, NOW, NULL) == PEC_OK);
    CHECK(pec_archive_lookups(archive, sent, &text, NULL) == PEC_OK && contains(text, "\"register\":\"INI-PEC\""));
    CHECK(pec_archive_bundle(archive, trust, "nothing", NOW, &bundle, NULL) == PEC_ARCHIVE_NOT_FOUND);
    CHECK(pec_archive_bundle(archive, trust, identifier, NOW, &bundle, NULL) == PEC_OK);
    CHECK(pec_blob_bytes(bundle, &bytes) == PEC_OK);
    CHECK(pec_proof_check(trust, bytes.data, bytes.len, NOW, &proof, NULL) == PEC_OK);
    CHECK(pec_proof_is_intact(proof, &yes) == PEC_OK && yes == 1 && pec_proof_is_sound(proof, &yes) == PEC_OK && yes == 1);
    pec_proof_free(proof);
    CHECK(pec_proof_check_with(trust, NULL, bytes.data, bytes.len, NOW, &proof, NULL) == PEC_NULL);
    CHECK(pec_evidence_new(&evidence, NULL) == PEC_OK);
    CHECK(pec_proof_check_with(trust, evidence, bytes.data, bytes.len, NOW, &proof, NULL) == PEC_OK);
    pec_evidence_free(evidence);
    CHECK(pec_proof_is_sound(proof, &yes) == PEC_OK && yes == 1);
    pec_proof_free(proof);
    CHECK(pec_proof_expert_commands(bytes.data, bytes.len, &text, NULL) == PEC_OK && contains(text, "$ openssl cms -verify"));
    CHECK(pec_proof_expert_commands((const uint8_t *)"x", 1, &text, NULL) == PEC_ABSENT);
    damaged = (uint8_t *)malloc(bytes.len);
    memcpy(damaged, bytes.data, bytes.len);
    damaged[bytes.len / 2] ^= 1;
    CHECK(pec_proof_check(trust, damaged, bytes.len, NOW, &proof, NULL) == PEC_OK);
    CHECK(pec_proof_is_intact(proof, &yes) == PEC_OK && yes == 0 && pec_proof_is_sound(proof, &yes) == PEC_OK && yes == 0);
    CHECK(pec_proof_json(proof, &bytes) == PEC_OK && memcmp(bytes.data, "{\"schema\":\"pec-proof-report/1\"", 30) == 0);
    pec_proof_free(proof);
    pec_blob_free(bundle);
    free(damaged);
}

static void deposited(void)
{
    static const char form[] = "document=Voce,digest=Impronta,outcome=Stato,accepted=PRESO,refused=RESPINTO";
    pec_deposit *deposit = NULL;
    pec_work *work = NULL;
    pec_text *report = NULL;
    pec_bytes bytes;
    char answer[300], package[200] = "", made[2000] = "", *name;
    uint64_t documents = 0;
    CHECK(pec_deposit_new("nobody", &deposit, NULL) == PEC_ARCHIVE_VALUE);
    CHECK(pec_deposit_new("VATIT-12345678903=Ditta S.r.l.", &deposit, NULL) == PEC_OK);
    CHECK(pec_deposit_set(deposit, "retention", "10", NULL) == PEC_OK);
    CHECK(pec_deposit_set(deposit, "retention", "for ever", NULL) == PEC_ARCHIVE_VALUE);
    CHECK(pec_work_deposit(archive, intake, deposit, 9, "", in_folder("versamenti"), NOW, 1, &work, NULL) == PEC_BAD_VALUE);
    CHECK(pec_work_deposit(archive, intake, deposit, PEC_SELECTION_MESSAGES, sent, in_folder("versamenti"), NOW, 1, &work, NULL) ==
          PEC_OK);
    CHECK(last_of(work, &report, NULL) == PEC_EVENT_FINISHED);
    CHECK(pec_text_bytes(report, &bytes) == PEC_OK && bytes.len < sizeof made);
    snprintf(made, sizeof made, "%.*s", (int)bytes.len, (const char *)bytes.data);
    name = strstr(made, "\"name\":\"");
    CHECK(name != NULL && sscanf(name + 8, "%199[^\"]", package) == 1);
    CHECK(contains(report, "\"report\":\"made\",\"packages\":[{"));
    snprintf(answer, sizeof answer, "<R><Voce><Impronta>%s</Impronta><Stato>RESPINTO</Stato></Voce></R>", sent);
    CHECK(pec_archive_deposit_report(archive, (const uint8_t *)"<R/>", 4, "", NOW, &report, NULL) == PEC_ARCHIVE_REPORT);
    CHECK(pec_archive_deposit_report(archive, (const uint8_t *)answer, strlen(answer), "colour=red", NOW, &report, NULL) ==
          PEC_ARCHIVE_VALUE);
    CHECK(pec_archive_deposit_report(archive, (const uint8_t *)answer, strlen(answer), form, NOW, &report, NULL) == PEC_OK);
    CHECK(contains(report, "\"refused\":[{\"id\":"));
    CHECK(pec_archive_deposited(archive, package, &report, NULL) == PEC_OK && contains(report, "\"state\":\"refused\""));
    CHECK(pec_archive_deposited(archive, "nothing", &report, NULL) == PEC_ARCHIVE_NOT_FOUND);
    CHECK(pec_work_deposit_again(archive, intake, deposit, package, in_folder("di nuovo.zip"), NOW + 60, 1, &work, NULL) == PEC_OK);
    CHECK(last_of(work, &report, NULL) == PEC_EVENT_FINISHED && contains(report, "\"documents\":1,"));
    CHECK(pec_archive_deposits(archive, &report, NULL) == PEC_OK && contains(report, "\"again_of\":\""));
    CHECK(pec_archive_withdraw_deposit(archive, "nothing", "perso", NOW, &documents, NULL) == PEC_ARCHIVE_NOT_FOUND);
    CHECK(pec_archive_withdraw_deposit(archive, package, "", NOW, &documents, NULL) == PEC_ARCHIVE_VALUE);
    CHECK(pec_archive_withdraw_deposit(archive, package, NULL, NOW, &documents, NULL) == PEC_NULL);
    CHECK(pec_archive_withdraw_deposit(archive, package, "perso", NOW, &documents, NULL) == PEC_OK && documents > 0);
    CHECK(pec_archive_deposited(archive, package, &report, NULL) == PEC_OK && contains(report, "\"reason\":\"perso\""));
    pec_deposit_free(deposit);
}

static void cared_for(void)
{
    pec_work *work = NULL;
    pec_text *report = NULL;
    pec_error *error = NULL;
    pec_archive *copy = NULL;
    pec_trust_store *nobody = NULL;
    pec_intake *elsewhere = NULL;
    pec_event_kind last;
    CHECK(pec_work_check(archive, &work, NULL) == PEC_OK);
    CHECK(last_of(work, &report, NULL) == PEC_EVENT_FINISHED && contains(report, "\"complete\":true"));
    CHECK(pec_work_collect(archive, &work, NULL) == PEC_OK);
    CHECK(last_of(work, &report, NULL) == PEC_EVENT_FINISHED && contains(report, "\"bodies\":"));
    CHECK(pec_work_backup(archive, in_folder("copia.pecarchive"), &work, NULL) == PEC_OK);
    CHECK(last_of(work, &report, NULL) == PEC_EVENT_FINISHED && contains(report, ""));
    CHECK(pec_work_backup(archive, in_folder("copia.pecarchive"), &work, NULL) == PEC_OK);
    CHECK(last_of(work, NULL, &error) == PEC_EVENT_FAILED && is_code(error, "archive.exists"));
    /* Nobody vouches for the providers any more. */
    CHECK(pec_trust_store_built_in(&nobody, NULL) == PEC_OK && pec_intake_new(nobody, &elsewhere, NULL) == PEC_OK);
    CHECK(pec_work_reverify(archive, elsewhere, NOW, 1, &work, NULL) == PEC_OK);
    CHECK(last_of(work, &report, NULL) == PEC_EVENT_FINISHED && contains(report, "\"before\":\"certified\""));
    CHECK(pec_work_rebuild_index(archive, intake, NOW, 1, &work, NULL) == PEC_OK);
    CHECK(last_of(work, &report, NULL) == PEC_EVENT_FINISHED && contains(report, ""));
    CHECK(pec_work_salvage(intake, "host", in_folder("copia.pecarchive"), in_folder("salvato.pecarchive"), NOW, 1, &work, NULL) ==
          PEC_OK);
    CHECK(last_of(work, &report, NULL) == PEC_EVENT_FINISHED && contains(report, "\"messages\":4,\"lost\":[]"));
    /* Cancelled, and freed while it goes on; the archive may be freed before. */
    CHECK(pec_archive_open(in_folder("salvato.pecarchive"), &copy, NULL) == PEC_OK);
    CHECK(pec_work_check(copy, &work, NULL) == PEC_OK);
    pec_archive_free(copy);
    CHECK(pec_work_cancel(work) == PEC_OK);
    /* It may have been done before. */
    last = last_of(work, NULL, NULL);
    CHECK(last == PEC_EVENT_CANCELLED || last == PEC_EVENT_FINISHED);
    CHECK(pec_work_import(archive, intake, mail, NOW, 1, &work, NULL) == PEC_OK);
    pec_work_free(work);
    pec_intake_free(elsewhere);
    pec_trust_store_free(nobody);
}

static int refused(void)
{
    pec_text *report = NULL;
    int all = pec_archive_stats(archive, &report, NULL) == PEC_FORKED && report == NULL;
    pec_archive_free(archive);
    return all;
}

/* A child that frees the archive leaves the file to the parent. */
static void forked(void)
{
    pec_text *report = NULL;
    pec_ids *ids = NULL;
    in_a_child(refused);
    CHECK(pec_archive_put(archive, intake, (const uint8_t *)"A: 1\r\n\r\n", 8, NOW, &ids, NULL) == PEC_OK);
    CHECK(pec_archive_stats(archive, &report, NULL) == PEC_OK && contains(report, "\"messages\":5,"));
    pec_ids_free(ids);
}

int main(int argc, char **argv)
{
    if (argc < 2 || (size_t)snprintf(folder, sizeof folder, "%s", argv[1]) >= sizeof folder)
        return 2;
    snprintf(place, sizeof place, "%s/posta \xc3\xa8.pecarchive", folder);
    snprintf(mail, sizeof mail, "%s/posta di Anna", folder);
    furnish();
    opened();
    if (failures > 0)
        return 1;
    kept();
    found();
    retained();
    proven();
    deposited();
    cared_for();
    forked();
    pec_archive_free(archive);
    pec_intake_free(intake);
    pec_trust_store_free(trust);
    return failures > 0;
}
