/* What is written, judged and queued, what rules do and what has happened, from the other side. The argument is an empty folder.
 * Ends with 0 when all is as it should be. */
#include "check.h"
#include <stdlib.h>

#define ANNA "anna@pec.alfa.example"
#define OFFICE "ufficio@cert.beta.example"
#define NOW ((int64_t)1770800000)

static pec_archive *archive;
static pec_intake *intake;
static pec_conditions *law;

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
    found = *part == 0 ? bytes.len == 0 : strstr(copy, part) != NULL;
    if (!found)
        fprintf(stderr, "no %s in %s\n", part, copy);
    free(copy);
    pec_text_free(text);
    return found;
}

static int evidence_has(pec_error *error, const char *part)
{
    pec_str text;
    char copy[2000] = {0};
    int found = 0;
    if (error != NULL && pec_error_text(error, PEC_ERROR_EVIDENCE, &text) == PEC_OK && text.len < sizeof copy) {
        memcpy(copy, text.data, text.len);
        found = strstr(copy, part) != NULL;
    }
    pec_error_free(error);
    return found;
}

/* Whether a reason of this code is there, of this weight; frees the reasons. */
static int says(pec_refusals *refusals, const char *code, const char *weight)
{
    size_t count = 0, at, found = 0;
    pec_str text;
    int field;
    CHECK(pec_refusals_count(refusals, &count) == PEC_OK);
    for (at = 0; at < count; at++) {
        for (field = PEC_REFUSAL_CODE; field <= PEC_REFUSAL_TEXT_EN; field++)
            CHECK(pec_refusals_text(refusals, at, (uint32_t)field, &text) == PEC_OK);
        CHECK(text.len > 0 && text.data[text.len - 1] == '.');
        CHECK(pec_refusals_text(refusals, at, PEC_REFUSAL_CODE, &text) == PEC_OK);
        if (is(text, code))
            found += pec_refusals_text(refusals, at, PEC_REFUSAL_WEIGHT, &text) == PEC_OK && is(text, weight);
    }
    CHECK(pec_refusals_text(refusals, count, PEC_REFUSAL_CODE, &text) == PEC_ABSENT);
    CHECK(count == 0 || pec_refusals_text(refusals, 0, 99, &text) == PEC_BAD_VALUE);
    pec_refusals_free(refusals);
    return found == 1;
}

static int judged(pec_refusals *refusals)
{
    uint32_t refused = 9;
    CHECK(pec_refusals_is_refused(refusals, &refused) == PEC_OK);
    pec_refusals_free(refusals);
    return (int)refused;
}

static int has(pec_composed *composed, const char *part)
{
    pec_bytes bytes;
    size_t at, len = strlen(part);
    CHECK(pec_composed_bytes(composed, &bytes) == PEC_OK);
    for (at = 0; at + len <= bytes.len; at++)
        if (memcmp(bytes.data + at, part, len) == 0)
            return 1;
    return 0;
}

static pec_composed *written(void)
{
    static const uint8_t seed[32] = {7}, pdf[] = "%PDF-1.7\n%%EOF\n";
    pec_draft *draft = NULL;
    pec_composed *composed = NULL, *again = NULL, *other = NULL;
    pec_refusals *refusals = NULL;
    pec_error *error = NULL;
    pec_bytes one, two;
    pec_str text;
    size_t count = 0;
    CHECK(pec_draft_new(ANNA, "Anna Verdi", "Perch\xc3\xa9 no", &draft, NULL) == PEC_OK);
    CHECK(pec_draft_set(draft, PEC_DRAFT_TEXT, "Buongiorno.\n", NULL) == PEC_OK);
    CHECK(pec_draft_refusals(draft, law, &refusals, NULL) == PEC_OK && says(refusals, "send.no_to", "refused"));
    CHECK(pec_draft_add_recipient(draft, PEC_ADDRESSED_TO, OFFICE, "", NULL) == PEC_OK);
    CHECK(pec_draft_add_recipient(draft, PEC_ADDRESSED_CC, "Ufficio@cert.beta.example", "Ufficio", NULL) == PEC_OK);
    CHECK(pec_draft_add_recipient(draft, PEC_ADDRESSED_CC, "copia@cert.beta.example", "", NULL) == PEC_OK);
    CHECK(pec_draft_add_recipient(draft, 2, OFFICE, "", NULL) == PEC_BAD_VALUE);
    CHECK(pec_draft_attach(draft, "fattura.pdf", "", pdf, sizeof pdf - 1, NULL) == PEC_OK);
    CHECK(pec_draft_carry(draft, "altro.eml", (const uint8_t *)"A: 1\r\n\r\n", 8, NULL) == PEC_OK);
    CHECK(pec_draft_set(draft, PEC_DRAFT_RECEIPT, "breve", NULL) == PEC_OK);
    CHECK(pec_draft_set(draft, PEC_DRAFT_RECEIPT, "lunga", NULL) == PEC_BAD_VALUE);
    CHECK(pec_draft_set(draft, 99, "x", NULL) == PEC_BAD_VALUE);
    CHECK(pec_draft_set(draft, PEC_DRAFT_HTML, "<p>Buongiorno.</p>", NULL) == PEC_OK);
    CHECK(pec_draft_refusals(draft, law, &refusals, NULL) == PEC_OK && !judged(refusals));
    /* The same seed writes the same bytes, no seed others; a seed of another length is none. */
    CHECK(pec_draft_compose(draft, NOW, seed, 31, &composed, NULL) == PEC_BAD_LENGTH && composed == NULL);
    CHECK(pec_draft_compose(draft, NOW, seed, 32, &composed, NULL) == PEC_OK);
    CHECK(pec_draft_compose(draft, NOW, seed, 32, &again, NULL) == PEC_OK);
    CHECK(pec_draft_compose(draft, NOW, seed, 0, &other, NULL) == PEC_OK);
    CHECK(pec_composed_bytes(composed, &one) == PEC_OK && pec_composed_bytes(again, &two) == PEC_OK);
    CHECK(one.len == two.len && memcmp(one.data, two.data, one.len) == 0);
    CHECK(pec_composed_message_id(other, &text) == PEC_OK && text.len > 20);
    CHECK(pec_composed_bytes(other, &two) == PEC_OK && (one.len != two.len || memcmp(one.data, two.data, one.len) != 0));
    CHECK(has(composed, "X-TipoRicevuta: breve\r\n") && has(composed, "Date: Wed, 11 Feb 2026 09:53:20 +0100\r\n"));
    CHECK(has(composed, "message/rfc822") && has(composed, "application/octet-stream") && has(composed, "text/html"));
    CHECK(pec_composed_sender(composed, &text) == PEC_OK && is(text, ANNA));
    CHECK(pec_composed_recipient_count(composed, &count) == PEC_OK && count == 2);
    CHECK(pec_composed_recipient(composed, 1, &text) == PEC_OK && is(text, "copia@cert.beta.example"));
    CHECK(pec_composed_recipient(composed, 2, &text) == PEC_ABSENT);
    pec_composed_free(again);
    pec_composed_free(other);
    /* What cannot be written is said all at once. */
    CHECK(pec_draft_set(draft, PEC_DRAFT_SUBJECT, "a\r\nBcc: x@y.example", NULL) == PEC_OK);
    CHECK(pec_draft_set(draft, PEC_DRAFT_MESSAGE_ID, "senza chiocciola", NULL) == PEC_OK);
    CHECK(pec_draft_compose(draft, NOW, seed, 0, &other, &error) == PEC_COMPOSE_REFUSED);
    CHECK(evidence_has(error, "send.value: Message-ID: senza chiocciola; send.subject_control: "));
    CHECK(pec_draft_refusals(draft, law, &refusals, NULL) == PEC_OK && says(refusals, "send.subject_control", "refused"));
    CHECK(pec_draft_set(draft, PEC_DRAFT_SUBJECT, "", NULL) == PEC_OK);
    CHECK(pec_draft_set(draft, PEC_DRAFT_MESSAGE_ID, "42@ditta.example", NULL) == PEC_OK);
    CHECK(pec_draft_set(draft, PEC_DRAFT_IN_REPLY_TO, "1@ditta.example", NULL) == PEC_OK);
    CHECK(pec_draft_set(draft, PEC_DRAFT_REFERENCES, "0@ditta.example, 1@ditta.example", NULL) == PEC_OK);
    CHECK(pec_draft_compose(draft, NOW, seed, 0, &other, NULL) == PEC_OK);
    CHECK(has(other, "Message-ID: <42@ditta.example>\r\n") && has(other, "In-Reply-To: <1@ditta.example>\r\n"));
    CHECK(has(other, "<0@ditta.example>") && pec_composed_message_id(other, &text) == PEC_OK && is(text, "42@ditta.example"));
    pec_composed_free(other);
    pec_draft_free(draft);
    return composed;
}

/* An answer to a message and the same message handed on. */
static void answered(const pec_composed *composed)
{
    pec_bytes bytes;
    pec_message *message = NULL;
    pec_draft *draft = NULL;
    pec_composed *answer = NULL;
    pec_refusals *refusals = NULL;
    pec_str text;
    CHECK(pec_composed_bytes(composed, &bytes) == PEC_OK);
    CHECK(pec_message_parse(bytes.data, bytes.len, &message, NULL) == PEC_OK);
    CHECK(pec_draft_reply(OFFICE, "", message, &draft, NULL) == PEC_OK);
    CHECK(pec_draft_compose(draft, NOW, (const uint8_t *)"", 0, &answer, NULL) == PEC_OK);
    CHECK(pec_composed_recipient(answer, 0, &text) == PEC_OK && is(text, ANNA));
    CHECK(has(answer, "In-Reply-To: <") && has(answer, "X-TipoRicevuta: breve\r\n"));
    pec_composed_free(answer);
    CHECK(pec_draft_clear_recipients(draft, NULL) == PEC_OK);
    CHECK(pec_draft_refusals(draft, law, &refusals, NULL) == PEC_OK && says(refusals, "send.no_to", "refused"));
    pec_draft_free(draft);
    CHECK(pec_draft_forward(OFFICE, "", message, &draft, NULL) == PEC_OK);
    CHECK(pec_draft_refusals(draft, law, &refusals, NULL) == PEC_OK && says(refusals, "send.no_to", "refused"));
    pec_draft_free(draft);
    pec_message_free(message);
}

static void examined(void)
{
    static const uint8_t program[] = "MZ\x90 a program";
    pec_refusals *refusals = NULL;
    pec_conditions *narrow = NULL;
    pec_text *id = NULL;
    pec_error *error = NULL;
    pec_str kind;
    uint32_t number = 9;
    CHECK(pec_attachment_examine("a.pdf", program, sizeof program - 1, 0, 0, 0, &kind, &refusals, NULL) == PEC_OK);
    CHECK(is(kind, "program") && says(refusals, "attachment.executable", "warning"));
    CHECK(pec_attachment_examine("a.txt", program + 4, 9, 8, 20, 60, &kind, &refusals, NULL) == PEC_OK);
    CHECK(is(kind, "") && says(refusals, "attachment.illegible", "warning"));
    CHECK(pec_attachment_examine("a.txt", program + 4, 9, 8, 0, 0, &kind, &refusals, NULL) == PEC_OK);
    CHECK(says(refusals, "attachment.large", "warning"));
    CHECK(pec_attachment_examine("a.txt", program, 1, 0, 101, 0, &kind, &refusals, NULL) == PEC_BAD_VALUE);
    CHECK(pec_preflight((const uint8_t *)"Bcc: a@b.example\r\n\r\n", 20, ANNA, OFFICE, law, &refusals, NULL) == PEC_OK);
    CHECK(says(refusals, "send.bcc", "refused"));
    CHECK(pec_conditions_new(&narrow, NULL) == PEC_OK && pec_conditions_set(narrow, PEC_CONDITION_RECIPIENTS, 1, NULL) == PEC_OK);
    CHECK(pec_conditions_set(narrow, PEC_CONDITION_KEPT, 2, NULL) == PEC_BAD_VALUE && pec_conditions_set(narrow, 9, 1, NULL) == PEC_BAD_VALUE);
    CHECK(pec_preflight((const uint8_t *)"A: 1\r\n\r\n", 8, ANNA, OFFICE "," ANNA, narrow, &refusals, NULL) == PEC_OK);
    CHECK(says(refusals, "send.recipients", "refused"));
    CHECK(pec_conditions_set(narrow, PEC_CONDITION_MESSAGE_BYTES, 3, NULL) == PEC_OK);
    CHECK(pec_conditions_set(narrow, PEC_CONDITION_PRODUCT, 3, NULL) == PEC_OK);
    CHECK(pec_conditions_set(narrow, PEC_CONDITION_ATTACHMENT_BYTES, 3, NULL) == PEC_OK);
    CHECK(pec_conditions_set(narrow, PEC_CONDITION_KEPT, 0, NULL) == PEC_OK);
    CHECK(pec_preflight((const uint8_t *)"X-TipoRicevuta: breve\r\n\r\n", 25, ANNA, OFFICE, narrow, &refusals, NULL) == PEC_OK);
    CHECK(says(refusals, "send.brief_unkept", "warning"));
    pec_conditions_free(narrow);
    CHECK(pec_is_address(ANNA, &number) == PEC_OK && number == 1);
    CHECK(pec_is_address("anna", &number) == PEC_OK && number == 0);
    CHECK(pec_tax_id_check("it 00743110157", &number, &id, NULL) == PEC_OK && number == PEC_TAX_ID_BODY && contains(id, "00743110157"));
    CHECK(pec_tax_id_check("rssmra85t10a562s", &number, &id, NULL) == PEC_OK && number == PEC_TAX_ID_PERSON);
    CHECK(contains(id, "RSSMRA85T10A562S"));
    CHECK(pec_tax_id_check("00743110158", &number, &id, &error) == PEC_BAD_VALUE && evidence_has(error, "would be 7"));
}

static void queued(const pec_composed *composed)
{
    pec_text *ticket = NULL;
    pec_error *error = NULL;
    pec_bytes bytes;
    static const uint8_t blind[] = "Bcc: a@b.example\r\n\r\n";
    CHECK(pec_archive_queue_composed(archive, intake, ANNA, "42/2026", composed, law, NOW, &ticket, NULL) == PEC_OK);
    CHECK(contains(ticket, "\"report\":\"ticket\",\"number\":1,\"mailbox\":\"" ANNA "\",\"key\":\"42/2026\""));
    CHECK(pec_archive_queue_composed(archive, intake, ANNA, "42/2026", composed, law, NOW + 9, &ticket, NULL) == PEC_OK);
    CHECK(contains(ticket, "\"number\":1,"));
    CHECK(pec_archive_queue(archive, intake, ANNA, "43", ANNA, OFFICE, blind, sizeof blind - 1, law, NOW, &ticket, &error) ==
          PEC_COMPOSE_REFUSED);
    CHECK(evidence_has(error, "send.bcc"));
    CHECK(pec_composed_bytes(composed, &bytes) == PEC_OK);
    CHECK(pec_archive_queue(archive, intake, ANNA, "42/2026", ANNA, OFFICE, bytes.data, bytes.len, law, NOW, &ticket, &error) ==
          PEC_ARCHIVE_KEY_REUSED);
    CHECK(is_code(error, "archive.key_reused"));
    CHECK(pec_archive_queue(archive, intake, ANNA, "", ANNA, OFFICE ",copia@cert.beta.example", bytes.data, bytes.len, law, NOW, &ticket,
                            NULL) == PEC_ARCHIVE_VALUE);
    CHECK(pec_archive_queue(archive, intake, ANNA, "44", ANNA, OFFICE ", copia@cert.beta.example", bytes.data, bytes.len, law, NOW,
                            &ticket, NULL) == PEC_OK);
    CHECK(contains(ticket, "\"recipients\":[\"" OFFICE "\",\"copia@cert.beta.example\"],\"state\":\"queued\""));
    CHECK(pec_archive_ticket(archive, ANNA, "44", &ticket, NULL) == PEC_OK && contains(ticket, "\"answers\":{\"message\":null"));
    CHECK(pec_archive_ticket(archive, OFFICE, "44", &ticket, NULL) == PEC_ARCHIVE_NOT_FOUND);
    CHECK(pec_archive_tickets(archive, ANNA, "queued", 1, 9, &ticket, NULL) == PEC_OK && contains(ticket, "\"key\":\"44\""));
    CHECK(pec_archive_tickets(archive, ANNA, "unknown", 0, 9, &ticket, NULL) == PEC_OK && contains(ticket, ""));
    CHECK(pec_archive_tickets(archive, ANNA, "lost", 0, 9, &ticket, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_resolve(archive, intake, ANNA, "44", PEC_RESOLUTION_SENT, NOW, &ticket, NULL) == PEC_ARCHIVE_VALUE);
    CHECK(pec_archive_resolve(archive, intake, ANNA, "44", 9, NOW, &ticket, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_resolve(archive, intake, ANNA, "45", PEC_RESOLUTION_NOT_SENT, NOW, &ticket, NULL) == PEC_ARCHIVE_NOT_FOUND);
}

static void ruled(void)
{
    static const char message[] = "Message-ID: <9@ditta.example>\r\nSubject: Fattura 7\r\n\r\nx\r\n";
    static const char other[] = "Message-ID: <10@ditta.example>\r\nSubject: Altro\r\n\r\nx\r\n";
    pec_page *page = NULL;
    size_t count = 9;
    pec_rules *rules = NULL;
    pec_ids *ids = NULL;
    pec_text *text = NULL;
    pec_str given;
    pec_error *error = NULL;
    uint32_t holds = 9;
    int action;
    char id[65] = {0};
    CHECK(pec_archive_put(archive, intake, (const uint8_t *)message, sizeof message - 1, NOW, &ids, NULL) == PEC_OK);
    CHECK(pec_ids_text(ids, 0, &given) == PEC_OK);
    memcpy(id, given.data, 64);
    pec_ids_free(ids);
    CHECK(pec_rules_new(&rules, NULL) == PEC_OK);
    CHECK(pec_rules_add_action(rules, PEC_ACTION_TAG, "x", NULL) == PEC_ABSENT);
    CHECK(pec_rules_add(rules, "fatture", "da:", 0, &error) == PEC_ARCHIVE_QUERY && is_code(error, "archive.query"));
    CHECK(pec_rules_add(rules, "fatture", "oggetto:fattura", 0, NULL) == PEC_OK);
    CHECK(pec_rules_add(rules, "fatture", "", 0, NULL) == PEC_ARCHIVE_VALUE && pec_rules_add(rules, "a", "", 2, NULL) == PEC_BAD_VALUE);
    for (action = PEC_ACTION_FILE; action <= PEC_ACTION_FORWARD; action++)
        CHECK(pec_rules_add_action(rules, (uint32_t)action, "Fatture", NULL) == PEC_OK);
    CHECK(pec_rules_add_action(rules, 9, "x", NULL) == PEC_BAD_VALUE);
    CHECK(pec_rules_add_action(rules, PEC_ACTION_TAG, " ", NULL) == PEC_ARCHIVE_VALUE);
    CHECK(pec_rules_add(rules, "forse", "", 1, NULL) == PEC_OK && pec_rules_add_action(rules, PEC_ACTION_TAG, "visto", NULL) == PEC_OK);
    CHECK(pec_rules_add(rules, "anche", "oggetto:altro", 1, NULL) == PEC_OK);
    CHECK(pec_archive_explain(archive, rules, "fatture", id, &holds, &text, NULL) == PEC_OK && holds == 1);
    CHECK(contains(text, "\"conditions\":[[\"oggetto:fattura\",true]],\"actions\":[{\"file\":\"Fatture\"}"));
    CHECK(pec_archive_explain(archive, rules, "anche", id, &holds, &text, NULL) == PEC_OK && holds == 0);
    CHECK(contains(text, "[\"oggetto:altro\",false]"));
    CHECK(pec_archive_explain(archive, rules, "nessuna", id, &holds, &text, NULL) == PEC_ABSENT);
    CHECK(pec_archive_explain_bytes(archive, intake, rules, "fatture", (const uint8_t *)message, sizeof message - 1, NOW, &holds, &text, NULL) == PEC_OK);
    CHECK(holds == 1 && contains(text, "[\"oggetto:fattura\",true]"));
    CHECK(pec_archive_explain_bytes(archive, intake, rules, "fatture", (const uint8_t *)other, sizeof other - 1, NOW, &holds, &text, NULL) == PEC_OK);
    CHECK(holds == 0 && contains(text, "[\"oggetto:fattura\",false]],\"actions\":["));
    CHECK(pec_archive_explain_bytes(archive, intake, rules, "mai", (const uint8_t *)other, sizeof other - 1, NOW, &holds, &text, NULL) == PEC_ABSENT);
    /* Nothing was kept of it. */
    CHECK(pec_archive_search(archive, "oggetto:altro", 0, 1, &page, NULL) == PEC_OK && pec_page_count(page, &count) == PEC_OK && count == 0);
    pec_page_free(page);
    CHECK(pec_archive_tickets_of(archive, id, &text, NULL) == PEC_OK && contains(text, ""));
    CHECK(pec_archive_tickets_of(archive, "0", &text, NULL) == PEC_BAD_VALUE);
    CHECK(pec_archive_file(archive, rules, id, NOW, &text, NULL) == PEC_OK);
    CHECK(contains(text, "\"rule\":\"fatture\",\"suggested\":false}\n"));
    CHECK(pec_archive_file(archive, rules, id, NOW, &text, NULL) == PEC_OK && contains(text, ""));
    CHECK(pec_archive_suggestions(archive, 9, &text, NULL) == PEC_OK && contains(text, "\"rule\":\"forse\",\"actions\":[{\"tag\":\"visto\"}]"));
    CHECK(pec_archive_accept(archive, id, "forse", NOW, NULL) == PEC_OK);
    CHECK(pec_archive_accept(archive, id, "forse", NOW, NULL) == PEC_ARCHIVE_NOT_FOUND);
    CHECK(pec_archive_dismiss(archive, id, "forse", NULL) == PEC_ARCHIVE_NOT_FOUND);
    CHECK(pec_archive_suggestions(archive, 9, &text, NULL) == PEC_OK && contains(text, ""));
    pec_rules_free(rules);
}

static void happened(void)
{
    pec_text *text = NULL;
    uint64_t count = 9;
    uint32_t is_new = 9;
    CHECK(pec_archive_follow_from_now(archive, " ", &is_new, NULL) == PEC_ARCHIVE_VALUE && is_new == 9);
    CHECK(pec_archive_follow_from_now(archive, "nuovo", &is_new, NULL) == PEC_OK && is_new == 1);
    CHECK(pec_archive_follow_from_now(archive, "nuovo", &is_new, NULL) == PEC_OK && is_new == 0);
    CHECK(pec_archive_next_events(archive, "nuovo", 9, &text, NULL) == PEC_OK && contains(text, ""));
    CHECK(pec_archive_next_events(archive, "gestionale", 1, &text, NULL) == PEC_OK);
    CHECK(contains(text, "\"report\":\"event\",\"n\":1,"));
    /* Until it is finished it is told again. */
    CHECK(pec_archive_next_events(archive, "gestionale", 1, &text, NULL) == PEC_OK && contains(text, "\"n\":1,"));
    CHECK(pec_archive_finished(archive, "gestionale", 1, NULL) == PEC_OK);
    CHECK(pec_archive_finished(archive, " ", 1, NULL) == PEC_ARCHIVE_VALUE);
    CHECK(pec_archive_next_events(archive, "gestionale", 1, &text, NULL) == PEC_OK && contains(text, "\"n\":2,"));
    CHECK(pec_archive_events(archive, 0, 99, &text, NULL) == PEC_OK && contains(text, "\"what\":\"filed\",\"rule\":\"fatture\""));
    CHECK(pec_archive_forget_events(archive, 2, &count, NULL) == PEC_OK && count == 2);
    CHECK(pec_archive_next_events(archive, "altro", 1, &text, NULL) == PEC_OK && contains(text, "\"n\":3,"));
}

int main(int argc, char **argv)
{
    char place[4200];
    pec_trust_store *trust = NULL;
    pec_composed *composed;
    if (argc < 2 || strlen(argv[1]) > 4000)
        return 2;
    snprintf(place, sizeof place, "%s/posta \xc3\xa8.pecarchive", argv[1]);
    CHECK(pec_trust_store_built_in(&trust, NULL) == PEC_OK && pec_intake_new(trust, &intake, NULL) == PEC_OK);
    CHECK(pec_archive_create(place, &archive, NULL) == PEC_OK && pec_conditions_new(&law, NULL) == PEC_OK);
    composed = written();
    if (composed == NULL)
        return 1;
    answered(composed);
    examined();
    queued(composed);
    ruled();
    happened();
    pec_composed_free(composed);
    pec_conditions_free(law);
    pec_archive_free(archive);
    pec_intake_free(intake);
    pec_trust_store_free(trust);
    return failures > 0;
}
