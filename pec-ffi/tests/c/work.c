/* Work in the background and folders in one call, from the other side: events, progress, cancelled, failed, freed while it
 * goes on, forked. The argument is an empty folder, whose name has spaces and accents. Ends with 0 when all is as it
 * should be. */
#include "system.h"
#include <stdlib.h>

#define ANNA "anna@pec.alfa.example"
#define OFFICE "ufficio@cert.beta.example"
#define NOW 1770800000

/* More than events that wait, so that slow askers hold the work up. */
#define MANY 1100

static pec_verifier *verifier;
static char mail[4096], many[4096];

static pec_result write_file(const char *folder, const char *name, const char *text)
{
    char path[5000];
    FILE *file;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = open_file(path, "wb");
    if (file == NULL)
        return PEC_FILE;
    fwrite(text, 1, strlen(text), file);
    return fclose(file) == 0 ? PEC_OK : PEC_FILE;
}

/* Two receipts in a folder, and beside them a message of nobody and an empty file. */
static void furnish(void)
{
    static const char message[] = "From: " ANNA "\r\nTo: " OFFICE "\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\n"
                                  "Message-ID: <1@ditta.example>\r\nSubject: =?UTF-8?Q?Perch=C3=A9_no?=\r\n\r\nBuongiorno.\r\n";
    pec_sandbox *sandbox = NULL;
    pec_submission *submission = NULL;
    pec_trust_store *trust = NULL;
    size_t number = 0;
    int index;
    CHECK(pec_sandbox_new(1770628530, 2, &sandbox, NULL) == PEC_OK);
    CHECK(pec_sandbox_set_mailbox(sandbox, ANNA, PEC_MAILBOX_ACTIVE, NULL) == PEC_OK);
    CHECK(pec_sandbox_set_mailbox(sandbox, OFFICE, PEC_MAILBOX_ACTIVE, NULL) == PEC_OK);
    CHECK(pec_sandbox_submit(sandbox, ANNA, OFFICE, (const uint8_t *)message, sizeof message - 1, &submission, NULL) == PEC_OK);
    CHECK(pec_sandbox_settle(sandbox, NULL) == PEC_OK);
    CHECK(pec_sandbox_write_mailbox(sandbox, ANNA, mail, &number, NULL) == PEC_OK && number == 2);
    CHECK(pec_sandbox_trust(sandbox, &trust, NULL) == PEC_OK && pec_verifier_new(trust, &verifier, NULL) == PEC_OK);
    CHECK(write_file(mail, "ordinario \xc3\xa8.eml", "From: a@b.example\n\nx\n") == PEC_OK);
    CHECK(write_file(mail, "vuoto.eml", "") == PEC_OK);
    CHECK(pec_sandbox_set_mailbox(sandbox, "x@pec.alfa.example", PEC_MAILBOX_ACTIVE, NULL) == PEC_OK);
    CHECK(pec_sandbox_write_mailbox(sandbox, "x@pec.alfa.example", many, &number, NULL) == PEC_OK && number == 0);
    for (index = 0; index < MANY; index++) {
        char name[32];
        snprintf(name, sizeof name, "%05d.eml", index);
        CHECK(write_file(many, name, "From: a@b.example\n\nx\n") == PEC_OK);
    }
    pec_trust_store_free(trust);
    pec_submission_free(submission);
    pec_sandbox_free(sandbox);
}

/* The next event, waited for. */
static pec_event *next(const pec_work *work)
{
    pec_event *event = NULL;
    pec_result result;
    do
        result = pec_event_next(work, 1000, &event);
    while (result == PEC_TIMEOUT);
    CHECK(result == PEC_OK && event != NULL);
    return event;
}

static pec_event_kind kind(const pec_event *event)
{
    pec_event_kind found = 0;
    CHECK(pec_event_what(event, &found) == PEC_OK);
    return found;
}

/* Passes over the messages; gives the last event. */
static pec_event *last(const pec_work *work, size_t *messages)
{
    pec_event *event = next(work);
    *messages = 0;
    while (event != NULL && (kind(event) == PEC_EVENT_MESSAGE || kind(event) == PEC_EVENT_UNREAD)) {
        ++*messages;
        pec_event_free(event);
        event = next(work);
    }
    return event;
}

static void verified(void)
{
    static const char *const verdicts[] = {"certified", "certified", "not-pec"};
    pec_work *work = NULL;
    pec_event *event = NULL;
    pec_error *error = NULL;
    pec_dossiers *dossiers = NULL;
    pec_verdict verdict = 0;
    pec_str text;
    uint64_t done = 0, total = 0, before = 0;
    int index;

    CHECK(pec_work_verify(verifier, mail, INT64_MAX, 0, &work, &error) == PEC_BAD_TIME && work == NULL);
    CHECK(is_code(error, "argument.time"));
    CHECK(pec_work_verify(verifier, mail, NOW, 2, &work, NULL) == PEC_OK);
    for (index = 0; index < 3; index++) {
        event = next(work);
        CHECK(kind(event) == PEC_EVENT_MESSAGE);
        CHECK(pec_event_text(event, PEC_EVENT_VERDICT, &text) == PEC_OK && is(text, verdicts[index]));
        CHECK(pec_event_verdict(event, &verdict) == PEC_OK);
        CHECK((verdict == PEC_VERDICT_CERTIFIED) == (index < 2));
        CHECK(pec_event_text(event, PEC_EVENT_NAME, &text) == PEC_OK && text.len > strlen(mail));
        CHECK(memcmp(text.data, mail, strlen(mail)) == 0);
        CHECK(pec_event_text(event, PEC_EVENT_JSON, &text) == PEC_OK && text.len > 300 && text.data[0] == '{');
        CHECK(pec_event_text(event, PEC_EVENT_REASON_EN, &text) == PEC_ABSENT);
        CHECK(pec_event_text(event, 5, &text) == PEC_BAD_VALUE);
        CHECK(pec_event_failure(event, &error) == PEC_ABSENT);
        CHECK(pec_event_progress(event, &done, &total) == PEC_OK && total == 4 && done >= before && done <= total);
        before = done;
        pec_event_free(event);
    }
    event = next(work);
    CHECK(kind(event) == PEC_EVENT_UNREAD && pec_event_verdict(event, &verdict) == PEC_ABSENT);
    CHECK(pec_event_text(event, PEC_EVENT_REASON_IT, &text) == PEC_OK && text.len > 10);
    pec_event_free(event);
    event = next(work);
    CHECK(kind(event) == PEC_EVENT_FINISHED && pec_event_text(event, PEC_EVENT_NAME, &text) == PEC_ABSENT);
    CHECK(pec_event_progress(event, &done, &total) == PEC_OK && done == 4 && total == 4);
    pec_event_free(event);
    event = NULL;
    CHECK(pec_event_next(work, 0, &event) == PEC_ABSENT && event == NULL);
    CHECK(pec_work_progress(work, &done, &total) == PEC_OK && done == 4 && total == 4);
    CHECK(pec_work_dossiers(work, &dossiers, NULL) == PEC_ABSENT);
    /* Too late to do anything. */
    CHECK(pec_work_cancel(work) == PEC_OK && pec_event_next(work, 0, &event) == PEC_ABSENT);
    pec_work_free(work);
}

static void linked(void)
{
    pec_work *work = NULL;
    pec_event *event;
    pec_dossiers *dossiers = NULL, *again = NULL, *at_once = NULL;
    pec_text *one = NULL, *two = NULL;
    pec_bytes first, second;
    pec_error *error = NULL;
    pec_str text;
    uint64_t number = 77;
    size_t messages = 0, count = 0;

    CHECK(pec_work_link(verifier, mail, ANNA, NOW, 2, 0, &work, &error) == PEC_BAD_VALUE && is_code(error, "argument.value"));
    CHECK(pec_work_link(verifier, mail, ANNA, NOW, PEC_READING_PLAIN, 0, &work, NULL) == PEC_OK);
    event = last(work, &messages);
    CHECK(kind(event) == PEC_EVENT_FINISHED && messages == 4);
    pec_event_free(event);
    CHECK(pec_work_dossiers(work, &dossiers, NULL) == PEC_OK);
    CHECK(pec_work_dossiers(work, &again, NULL) == PEC_ABSENT && again == NULL);
    pec_work_free(work);
    CHECK(pec_dossiers_count(dossiers, &count) == PEC_OK && count == 1);
    CHECK(pec_dossiers_text(dossiers, 0, PEC_DOSSIER_RECIPIENT_STATE, 0, &text) == PEC_OK && is(text, "delivered"));
    CHECK(pec_dossiers_number(dossiers, 0, PEC_DOSSIER_ACCEPTANCE, 0, 0, &number) == PEC_OK && number == 0);
    CHECK(pec_dossiers_inner_count(dossiers, 0, PEC_DOSSIER_RECIPIENT_EVENT, 0, &count) == PEC_OK && count == 1);
    CHECK(pec_dossiers_number(dossiers, 0, PEC_DOSSIER_RECIPIENT_EVENT, 0, 0, &number) == PEC_OK && number == 1);
    CHECK(pec_dossiers_number(dossiers, 0, PEC_DOSSIER_RECIPIENT_EVENT, 0, 1, &number) == PEC_ABSENT);
    CHECK(pec_dossiers_number(dossiers, 0, PEC_DOSSIER_SUBJECT, 0, 0, &number) == PEC_ABSENT && number == 1);
    CHECK(pec_dossiers_inner_text(dossiers, 0, PEC_DOSSIER_SUBJECT, 0, 0, &text) == PEC_OK && is(text, "Perch\xc3\xa9 no"));
    CHECK(pec_dossiers_inner_text(dossiers, 0, PEC_DOSSIER_SUBJECT, 0, 1, &text) == PEC_ABSENT);
    CHECK(pec_dossiers_text(dossiers, 0, PEC_DOSSIER_ACCEPTANCE, 0, &text) == PEC_ABSENT);
    CHECK(pec_beside_count(dossiers, PEC_BESIDE_STRAYS, &count) == PEC_OK && count == 0);
    CHECK(pec_beside_count(dossiers, PEC_BESIDE_UNREAD, &count) == PEC_OK && count == 1);
    CHECK(pec_beside_text(dossiers, PEC_BESIDE_UNREAD, 0, PEC_BESIDE_REASON, 0, &text) == PEC_OK && text.len > 10);
    CHECK(pec_beside_text(dossiers, PEC_BESIDE_UNREAD, 0, PEC_BESIDE_ROLE, 0, &text) == PEC_ABSENT);
    CHECK(pec_beside_text(dossiers, PEC_BESIDE_UNREAD, 1, PEC_BESIDE_NAME, 0, &text) == PEC_ABSENT);
    CHECK(pec_beside_text(dossiers, PEC_BESIDE_UNREAD, 0, 5, 0, &text) == PEC_BAD_VALUE);
    CHECK(pec_beside_count(dossiers, 2, &count) == PEC_BAD_VALUE);
    /* In one call it is the same. */
    CHECK(pec_link_folder(verifier, mail, ANNA, NOW, PEC_READING_PLAIN, &at_once, NULL) == PEC_OK);
    CHECK(pec_dossiers_lines(dossiers, &one, NULL) == PEC_OK && pec_dossiers_lines(at_once, &two, NULL) == PEC_OK);
    CHECK(pec_text_bytes(one, &first) == PEC_OK && pec_text_bytes(two, &second) == PEC_OK);
    CHECK(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
    pec_text_free(one);
    pec_text_free(two);
    pec_dossiers_free(dossiers);
    pec_dossiers_free(at_once);
}

static void cancelled(void)
{
    pec_work *work = NULL;
    pec_event *event;
    size_t messages = 0;
    uint64_t done = 0, total = 0;
    CHECK(pec_work_verify(verifier, many, NOW, 1, &work, NULL) == PEC_OK);
    event = next(work);
    CHECK(kind(event) == PEC_EVENT_MESSAGE);
    pec_event_free(event);
    /* It cannot end by itself: more events come than may wait. */
    CHECK(pec_work_cancel(work) == PEC_OK);
    event = last(work, &messages);
    CHECK(kind(event) == PEC_EVENT_CANCELLED && messages < MANY - 1);
    pec_event_free(event);
    CHECK(pec_work_progress(work, &done, &total) == PEC_OK && total == MANY);
    pec_work_free(work);
    /* Freed while it goes on, once without any event asked for. */
    CHECK(pec_work_verify(verifier, many, NOW, 2, &work, NULL) == PEC_OK);
    pec_work_free(work);
    CHECK(pec_work_link(verifier, many, "", NOW, PEC_READING_PLAIN, 2, &work, NULL) == PEC_OK);
    pec_event_free(next(work));
    pec_work_free(work);
}

static void failing(void)
{
    pec_work *work = NULL;
    pec_event *event;
    pec_error *error = NULL;
    pec_str text;
    size_t messages = 0;
    CHECK(pec_test_work_panic(&work) == PEC_OK);
    event = last(work, &messages);
    CHECK(kind(event) == PEC_EVENT_FAILED && messages == 0);
    CHECK(pec_event_failure(event, &error) == PEC_OK && pec_error_result(error) == PEC_PANIC);
    CHECK(pec_error_text(error, PEC_ERROR_EVIDENCE, &text) == PEC_OK && is(text, "provoked by a test"));
    pec_error_free(error);
    pec_event_free(event);
    pec_work_free(work);
    /* A folder that is not there is told as an event, as everything that cannot be read. */
    CHECK(pec_work_verify(verifier, "non c'\xc3\xa8", NOW, 0, &work, NULL) == PEC_OK);
    event = next(work);
    CHECK(kind(event) == PEC_EVENT_UNREAD && pec_event_text(event, PEC_EVENT_NAME, &text) == PEC_OK);
    CHECK(is(text, "non c'\xc3\xa8"));
    pec_event_free(event);
    pec_work_free(work);
}

static void flat(void)
{
    static char buffer[256 * 1024];
    size_t need = 0, again = 0, length;
    pec_work *work = NULL;
    pec_result result;

    CHECK(pec_verify_folder_at_json(verifier, mail, NOW, buffer, 3, &need) == PEC_BUFFER_TOO_SMALL && need > 1000);
    /* The same question is answered with what was found out; it shows, because the folder has changed since. */
    CHECK(write_file(mail, "zuletzt.eml", "From: a@b.example\n\nx\n") == PEC_OK);
    CHECK(pec_verify_folder_at_json(verifier, mail, NOW, buffer, need, &again) == PEC_OK && again == need);
    CHECK(strlen(buffer) == need - 1 && strstr(buffer, "zuletzt.eml") == NULL);
    CHECK(strstr(buffer, "\"verdict\":\"certified\"") != NULL && strstr(buffer, "vuoto.eml\",\"error\":\"") != NULL);
    CHECK(pec_verify_folder_at_json(verifier, mail, NOW, buffer, sizeof buffer, &again) == PEC_OK && again > need);
    CHECK(strstr(buffer, "zuletzt.eml") != NULL);
    CHECK(pec_verify_folder_json(mail, buffer, sizeof buffer, &need) == PEC_OK);
    CHECK(strstr(buffer, "\"verdict\":\"certified\"") == NULL && strstr(buffer, "\"verdict\":\"intact-but-untrusted\"") != NULL);
    CHECK(pec_verify_folder_json("nothing here", buffer, sizeof buffer, &need) == PEC_OK);
    CHECK(strstr(buffer, "{\"schema\":\"pec-verification/1\",\"file\":\"nothing here\",\"error\":\"") == buffer);

    CHECK(pec_link_folder_at_json(verifier, mail, ANNA, NOW, PEC_READING_PLAIN, NULL, 0, &need) == PEC_BUFFER_TOO_SMALL);
    /* Another question is another answer. */
    CHECK(pec_link_folder_at_json(verifier, mail, OFFICE, NOW, PEC_READING_PLAIN, buffer, sizeof buffer, &again) == PEC_OK);
    CHECK(again != need && strstr(buffer, "{\"schema\":\"pec-dossier/1\",\"pec_id\":\"opec") == buffer);
    CHECK(strstr(buffer, "\"state\":\"delivered\"") != NULL && strstr(buffer, "\"unread\":{\"file\":\"") != NULL);
    CHECK(pec_link_folder_json(mail, "", PEC_READING_PLAIN, buffer, sizeof buffer, &need) == PEC_OK);
    CHECK(strstr(buffer, "\"state\":\"delivered\"") == NULL);
    CHECK(pec_link_folder_json(mail, "", 2, buffer, sizeof buffer, &need) == PEC_BAD_VALUE);

    CHECK(pec_work_verify(verifier, mail, NOW, 1, &work, NULL) == PEC_OK);
    while ((result = pec_event_next_json(work, 1000, buffer, 3, &need)) == PEC_TIMEOUT)
        ;
    CHECK(result == PEC_BUFFER_TOO_SMALL && need > 500);
    /* What did not fit is not lost. */
    CHECK(pec_event_next_json(work, 0, buffer, sizeof buffer, &again) == PEC_OK && again == need);
    CHECK(strstr(buffer, "{\"event\":\"message\",\"done\":") == buffer);
    length = strlen(buffer);
    CHECK(length + 1 == need && strcmp(buffer + length - 16, "},\"report\":null}") == 0);
    do
        while ((result = pec_event_next_json(work, 1000, buffer, sizeof buffer, &need)) == PEC_TIMEOUT)
            ;
    while (result == PEC_OK && strstr(buffer, "{\"event\":\"finished\"") == NULL);
    CHECK(strcmp(buffer, "{\"event\":\"finished\",\"done\":5,\"total\":5,\"name\":null,\"verdict\":null,\"reason\":null,"
                         "\"verification\":null,\"report\":null}") == 0);
    CHECK(pec_event_next_json(work, 0, buffer, sizeof buffer, &need) == PEC_ABSENT);
    pec_work_free(work);
}

static pec_work *going_on;

static int refused(void)
{
    pec_event *event = NULL;
    int all = pec_event_next(going_on, 1000, &event) == PEC_FORKED && event == NULL && pec_work_cancel(going_on) == PEC_FORKED;
    /* Its threads are not here: nothing is waited for. */
    pec_work_free(going_on);
    return all;
}

static void forked(void)
{
    CHECK(pec_work_verify(verifier, many, NOW, 1, &going_on, NULL) == PEC_OK);
    in_a_child(refused);
    pec_work_free(going_on);
}

int main(int argc, char **argv)
{
    if (argc < 2 || (size_t)snprintf(mail, sizeof mail, "%s/posta \xc3\xa0 Anna", argv[1]) >= sizeof mail ||
        (size_t)snprintf(many, sizeof many, "%s/molti", argv[1]) >= sizeof many)
        return 2;
    furnish();
    if (failures > 0)
        return 1;
    verified();
    linked();
    cancelled();
    failing();
    flat();
    forked();
    pec_verifier_free(verifier);
    return failures > 0;
}
