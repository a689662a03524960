/* The sandbox from the other side: mailboxes, submissions, faults, outages, the truth, the server, a forked child. The
 * argument is an empty folder. Ends with 0 when all is as it should be. */
#include "system.h"
#include <stdlib.h>

#define ANNA "anna@pec.alfa.example"
#define OFFICE "ufficio@cert.beta.example"
#define START 1770628530

static const char message[] = "From: " ANNA "\r\nTo: " OFFICE "\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\n"
                              "Message-ID: <1@ditta.example>\r\nSubject: Offerta\r\n\r\nBuongiorno.\r\n";

static pec_sandbox *sandbox;

/* A path below a file, this program. */
static char no_folder[4096];

static pec_result submit(const char *text, pec_submission **out, pec_error **error)
{
    return pec_sandbox_submit(sandbox, ANNA, OFFICE, (const uint8_t *)text, strlen(text), out, error);
}

static size_t count(const char *address)
{
    size_t number = 0;
    CHECK(pec_sandbox_message_count(sandbox, address, &number) == PEC_OK);
    return number;
}

static void wrong(void)
{
    pec_error *error = NULL;
    pec_sandbox *none = NULL;
    pec_submission *nothing = NULL;
    pec_message *no_message = NULL;
    size_t number = 77;
    CHECK(pec_sandbox_new(0, 2, &none, &error) == PEC_SETTINGS && none == NULL && is_code(error, "sandbox.settings"));
    CHECK(pec_sandbox_new(START, 4, &none, &error) == PEC_BAD_VALUE && is_code(error, "argument.value"));
    CHECK(pec_sandbox_new(INT64_MIN, 2, &none, NULL) == PEC_BAD_TIME);
    CHECK(pec_sandbox_set_mailbox(sandbox, "nobody", PEC_MAILBOX_ACTIVE, &error) == PEC_SETTINGS);
    pec_error_free(error);
    CHECK(pec_sandbox_set_mailbox(sandbox, ANNA, 3, NULL) == PEC_BAD_VALUE);
    CHECK(pec_sandbox_message_count(sandbox, "no@pec.alfa.example", &number) == PEC_NO_MAILBOX && number == 77);
    CHECK(pec_sandbox_message(sandbox, ANNA, 0, &no_message, &error) == PEC_ABSENT && is_code(error, "argument.absent"));
    CHECK(pec_sandbox_submit(sandbox, "no@pec.alfa.example", OFFICE, (const uint8_t *)"x", 1, &nothing, &error) ==
              PEC_NO_MAILBOX &&
          nothing == NULL && is_code(error, "sandbox.mailbox"));
    CHECK(pec_sandbox_submit(sandbox, ANNA, " , ", (const uint8_t *)"x", 1, &nothing, &error) == PEC_REJECTED);
    CHECK(is_code(error, "sandbox.rejected"));
    CHECK(pec_sandbox_advance(sandbox, -1, &error) == PEC_CLOCK && is_code(error, "sandbox.clock"));
    CHECK(pec_sandbox_advance(sandbox, INT64_MAX, NULL) == PEC_CLOCK);
    CHECK(pec_sandbox_add_fault(sandbox, 6, 0, "", "", 0, 0, NULL) == PEC_BAD_VALUE);
    CHECK(pec_sandbox_add_fault(sandbox, PEC_FAULT_LATE, -1, "", "", 0, 0, NULL) == PEC_BAD_VALUE);
    CHECK(pec_sandbox_add_fault(sandbox, PEC_FAULT_LOST, 0, "ricevuta", "", 0, 0, NULL) == PEC_BAD_VALUE);
    CHECK(pec_sandbox_add_fault(sandbox, PEC_FAULT_LOST, 0, "", "", 3, 0, NULL) == PEC_BAD_VALUE);
    CHECK(pec_sandbox_stop_point(sandbox, 3, 0, NULL) == PEC_BAD_VALUE);
    CHECK(pec_sandbox_stop_point(sandbox, PEC_HOUSE_GAMMA, PEC_POINT_DELIVERY, NULL) == PEC_SETTINGS);
    CHECK(pec_sandbox_write_mailbox(sandbox, ANNA, no_folder, &number, &error) == PEC_FILE && number == 77);
    CHECK(is_code(error, "file.access"));
}

/* A message on its way: what the receipts are, what is true, what a forger would make. */
static void sent(const char *folder)
{
    pec_submission *submission = NULL;
    pec_submitted answer = PEC_SUBMITTED_INFECTED;
    pec_outcome outcome = PEC_OUTCOME_LOST;
    pec_origin origin = PEC_ORIGIN_FORGED;
    pec_message *receipt = NULL, *forged = NULL;
    pec_verification *verification = NULL;
    pec_trust_store *trust = NULL;
    pec_verifier *verifier = NULL;
    pec_verdict verdict = 0;
    pec_text *anchor = NULL;
    pec_bytes pem;
    pec_str text;
    char id[200];
    int64_t now = 0, at = 0;
    size_t number = 0;

    CHECK(submit(message, &submission, NULL) == PEC_OK);
    CHECK(pec_submission_answer(submission, &answer) == PEC_OK && answer == PEC_SUBMITTED_ACCEPTED);
    CHECK(pec_submission_reason(submission, &text) == PEC_ABSENT);
    CHECK(pec_submission_pec_id(submission, &text) == PEC_OK && text.len > 20 && text.len < sizeof id);
    snprintf(id, sizeof id, "%.*s", (int)text.len, text.data);
    pec_submission_free(submission);
    CHECK(pec_sandbox_outcome(sandbox, id, OFFICE, &outcome) == PEC_OK && outcome == PEC_OUTCOME_UNDERWAY);
    CHECK(pec_sandbox_outcome_at(sandbox, id, OFFICE, &at) == PEC_ABSENT);
    CHECK(pec_sandbox_outcome(sandbox, "none", OFFICE, &outcome) == PEC_ABSENT);
    CHECK(count(ANNA) == 1 && count(OFFICE) == 0);
    CHECK(pec_sandbox_settle(sandbox, NULL) == PEC_OK);
    CHECK(count(ANNA) == 2 && count(OFFICE) == 1);
    CHECK(pec_sandbox_outcome(sandbox, id, OFFICE, &outcome) == PEC_OK && outcome == PEC_OUTCOME_DELIVERED);
    CHECK(pec_sandbox_outcome_at(sandbox, id, OFFICE, &at) == PEC_OK && at > START);
    CHECK(pec_sandbox_now(sandbox, &now) == PEC_OK && now >= at);
    CHECK(pec_sandbox_message_origin(sandbox, ANNA, 1, &origin) == PEC_OK && origin == PEC_ORIGIN_GENUINE);
    CHECK(pec_sandbox_message_at(sandbox, ANNA, 0, &at) == PEC_OK && at >= START && at <= now);
    CHECK(pec_sandbox_message_at(sandbox, ANNA, 2, &at) == PEC_ABSENT);

    CHECK(pec_sandbox_trust(sandbox, &trust, NULL) == PEC_OK);
    CHECK(pec_verifier_new(trust, &verifier, NULL) == PEC_OK);
    CHECK(pec_sandbox_message(sandbox, ANNA, 1, &receipt, NULL) == PEC_OK);
    CHECK(pec_verify(verifier, receipt, now, &verification, NULL) == PEC_OK);
    CHECK(pec_verification_verdict(verification, &verdict) == PEC_OK && verdict == PEC_VERDICT_CERTIFIED);
    CHECK(pec_verification_certified(verification, PEC_CERTDATA_DELIVERED_TO, 0, &text) == PEC_OK && is(text, OFFICE));
    pec_verification_free(verification);
    CHECK(pec_sandbox_forged_delivery(sandbox, id, OFFICE, &forged, NULL) == PEC_OK);
    CHECK(pec_verify(verifier, forged, now, &verification, NULL) == PEC_OK);
    CHECK(pec_verification_verdict(verification, &verdict) == PEC_OK && verdict == PEC_VERDICT_FORGED);
    pec_verification_free(verification);
    pec_message_free(receipt);
    pec_message_free(forged);
    pec_verifier_free(verifier);
    pec_trust_store_free(trust);

    CHECK(pec_sandbox_anchor(sandbox, &anchor, NULL) == PEC_OK && pec_text_bytes(anchor, &pem) == PEC_OK);
    CHECK(pem.len > 500 && memcmp(pem.data, "-----BEGIN CERTIFICATE-----", 27) == 0);
    pec_text_free(anchor);
    CHECK(pec_sandbox_write_mailbox(sandbox, ANNA, folder, &number, NULL) == PEC_OK && number == 2);
}

static void answered_flat(void)
{
    static char buffer[1024];
    size_t need = 0, before = count(ANNA);
    const uint8_t *bytes = (const uint8_t *)message;
    /* Too little room: nothing is submitted. */
    CHECK(pec_sandbox_submit_json(sandbox, ANNA, OFFICE, bytes, strlen(message), buffer, 10, &need) == PEC_BUFFER_TOO_SMALL);
    CHECK(need == sizeof buffer && count(ANNA) == before);
    CHECK(pec_sandbox_submit_json(sandbox, ANNA, OFFICE, bytes, strlen(message), buffer, sizeof buffer, &need) == PEC_OK);
    CHECK(strncmp(buffer, "{\"pec_id\":\"opec", 15) == 0 && strstr(buffer, "\"answer\":\"accepted\",\"reason\":null}") != NULL);
    CHECK(pec_sandbox_submit_json(sandbox, ANNA, OFFICE, bytes, 4, buffer, sizeof buffer, &need) == PEC_OK);
    CHECK(strstr(buffer, "\"answer\":\"refused\",\"reason\":\"") != NULL && count(ANNA) == before + 2);
}

static void faults(void)
{
    pec_submission *submission = NULL;
    pec_submitted answer = PEC_SUBMITTED_ACCEPTED;
    pec_origin origin = PEC_ORIGIN_GENUINE;
    pec_str text;
    size_t before;

    CHECK(submit("From: " ANNA "\r\n\r\nx\r\n", &submission, NULL) == PEC_OK);
    CHECK(pec_submission_answer(submission, &answer) == PEC_OK && answer == PEC_SUBMITTED_REFUSED);
    CHECK(pec_submission_reason(submission, &text) == PEC_OK && text.len > 5);
    pec_submission_free(submission);

    CHECK(pec_sandbox_settle(sandbox, NULL) == PEC_OK);
    before = count(ANNA);
    CHECK(pec_sandbox_add_fault(sandbox, PEC_FAULT_FORGED, 0, "avvenuta-consegna", OFFICE, PEC_CHANCE_TIMES, 1, NULL) == PEC_OK);
    CHECK(submit(message, &submission, NULL) == PEC_OK && pec_sandbox_settle(sandbox, NULL) == PEC_OK);
    pec_submission_free(submission);
    CHECK(count(ANNA) == before + 3);
    CHECK(pec_sandbox_message_origin(sandbox, ANNA, before + 1, &origin) == PEC_OK);
    if (origin != PEC_ORIGIN_FORGED)
        CHECK(pec_sandbox_message_origin(sandbox, ANNA, before + 2, &origin) == PEC_OK && origin == PEC_ORIGIN_FORGED);

    CHECK(pec_sandbox_add_fault(sandbox, PEC_FAULT_LOST, 0, "avvenuta-consegna", "", PEC_CHANCE_ALWAYS, 0, NULL) == PEC_OK);
    CHECK(pec_sandbox_add_edit(sandbox, "X-Ricevuta", "altro", "accettazione", "", PEC_CHANCE_ALWAYS, 0, NULL) == PEC_OK);
    before = count(ANNA);
    CHECK(submit(message, &submission, NULL) == PEC_OK && pec_sandbox_settle(sandbox, NULL) == PEC_OK);
    pec_submission_free(submission);
    CHECK(count(ANNA) == before + 1);
    CHECK(pec_sandbox_message_origin(sandbox, ANNA, before, &origin) == PEC_OK && origin == PEC_ORIGIN_EDITED);
    CHECK(pec_sandbox_clear_faults(sandbox, NULL) == PEC_OK);

    /* A provider that is out of order, and in order again. */
    before = count(OFFICE);
    CHECK(pec_sandbox_stop_point(sandbox, PEC_HOUSE_BETA, PEC_POINT_DELIVERY, NULL) == PEC_OK);
    CHECK(submit(message, &submission, NULL) == PEC_OK && pec_sandbox_settle(sandbox, NULL) == PEC_OK);
    pec_submission_free(submission);
    CHECK(count(OFFICE) == before);
    CHECK(pec_sandbox_restart_point(sandbox, PEC_HOUSE_BETA, PEC_POINT_DELIVERY, NULL) == PEC_OK);
    CHECK(pec_sandbox_settle(sandbox, NULL) == PEC_OK && count(OFFICE) == before + 1);

    /* A full mailbox is one whose sender gets a failure; the messages in it stay. */
    CHECK(pec_sandbox_set_mailbox(sandbox, OFFICE, PEC_MAILBOX_FULL, NULL) == PEC_OK);
    CHECK(submit(message, &submission, NULL) == PEC_OK && pec_sandbox_settle(sandbox, NULL) == PEC_OK);
    pec_submission_free(submission);
    CHECK(count(OFFICE) == before + 1);
    CHECK(pec_sandbox_set_mailbox(sandbox, OFFICE, PEC_MAILBOX_ACTIVE, NULL) == PEC_OK);
}

static int starts_with(const pec_text *text, const char *expected)
{
    pec_bytes bytes;
    return pec_text_bytes(text, &bytes) == PEC_OK && bytes.len > strlen(expected) &&
           memcmp(bytes.data, expected, strlen(expected)) == 0;
}

/* The greeting of the server, through a socket. */
static int greets(uint32_t port)
{
    char line[64] = "";
    struct sockaddr_in address;
    SOCKET channel = socket(AF_INET, SOCK_STREAM, 0);
    int good;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    good = channel != INVALID_SOCKET && connect(channel, (struct sockaddr *)&address, sizeof address) == 0 &&
           recv(channel, line, sizeof line - 1, 0) > 4 && memcmp(line, "220 ", 4) == 0;
    if (channel != INVALID_SOCKET)
        closesocket(channel);
    return good;
}

static void served(const char *folder)
{
    pec_error *error = NULL;
    pec_text *path = NULL;
    pec_submission *submission = NULL;
    uint32_t smtps = 0, port = 0;
    size_t before = count(OFFICE);
    int64_t now = 0, later = 0;

    CHECK(pec_sandbox_port(sandbox, PEC_SANDBOX_SOCKET_SMTPS, &smtps) == PEC_ABSENT);
    CHECK(pec_sandbox_stop(sandbox, NULL) == PEC_ABSENT);
    CHECK(pec_sandbox_serve(sandbox, folder, "pec", 2, NULL) == PEC_BAD_VALUE);
    CHECK(pec_sandbox_serve(sandbox, no_folder, "pec", PEC_SANDBOX_CLOCK_TURNED, &error) == PEC_FILE);
    CHECK(is_code(error, "file.access") && count(OFFICE) == before);
    CHECK(pec_sandbox_serve(sandbox, folder, "pec", PEC_SANDBOX_CLOCK_TURNED, NULL) == PEC_OK);
    CHECK(pec_sandbox_serve(sandbox, folder, "pec", PEC_SANDBOX_CLOCK_TURNED, &error) == PEC_SETTINGS);
    CHECK(is_code(error, "sandbox.settings"));
    CHECK(pec_sandbox_port(sandbox, PEC_SANDBOX_SOCKET_SMTPS, &smtps) == PEC_OK && smtps > 0 && smtps < 65536);
    CHECK(pec_sandbox_port(sandbox, PEC_SANDBOX_SOCKET_SUBMISSION, &port) == PEC_OK && port != smtps && greets(port));
    CHECK(pec_sandbox_port(sandbox, 2, &port) == PEC_BAD_VALUE);
    CHECK(pec_sandbox_file_path(sandbox, PEC_SANDBOX_FILE_TLS_AUTHORITY, &path, NULL) == PEC_OK && starts_with(path, folder));
    pec_text_free(path);
    CHECK(pec_sandbox_file_path(sandbox, PEC_SANDBOX_FILE_ANCHOR, &path, NULL) == PEC_OK && starts_with(path, folder));
    pec_text_free(path);
    CHECK(pec_sandbox_file_path(sandbox, 2, &path, NULL) == PEC_BAD_VALUE);
    CHECK(pec_sandbox_maildir_path(sandbox, OFFICE, &path, NULL) == PEC_OK && starts_with(path, folder));
    pec_text_free(path);
    CHECK(pec_sandbox_problem(sandbox, &path, NULL) == PEC_ABSENT);
    /* All that it could do before, it can do now. */
    CHECK(submit(message, &submission, NULL) == PEC_OK && pec_sandbox_settle(sandbox, NULL) == PEC_OK);
    pec_submission_free(submission);
    CHECK(count(OFFICE) == before + 1);
    CHECK(pec_sandbox_now(sandbox, &now) == PEC_OK && pec_sandbox_advance(sandbox, 3600, NULL) == PEC_OK);
    CHECK(pec_sandbox_now(sandbox, &later) == PEC_OK && later == now + 3600);
    CHECK(pec_sandbox_stop(sandbox, NULL) == PEC_OK && count(OFFICE) == before + 1 && !greets(port));
    CHECK(pec_sandbox_serve(sandbox, folder, "pec", PEC_SANDBOX_CLOCK_TURNED, NULL) == PEC_OK);
}

/* The child of a program whose sandbox serves: refused, and freeing waits for nobody. */
static int refused(void)
{
    size_t number = 0;
    int all = pec_sandbox_message_count(sandbox, ANNA, &number) == PEC_FORKED;
    pec_sandbox_free(sandbox);
    return all;
}

int main(int argc, char **argv)
{
    char folder[4096], server[4096];
    if (argc < 2 || (size_t)snprintf(no_folder, sizeof no_folder, "%s/x", argv[0]) >= sizeof no_folder ||
        (size_t)snprintf(folder, sizeof folder, "%s/posta", argv[1]) >= sizeof folder ||
        (size_t)snprintf(server, sizeof server, "%s/server", argv[1]) >= sizeof server)
        return 2;
    CHECK(pec_sandbox_new(START, 2, &sandbox, NULL) == PEC_OK);
    CHECK(pec_sandbox_set_mailbox(sandbox, ANNA, PEC_MAILBOX_ACTIVE, NULL) == PEC_OK);
    CHECK(pec_sandbox_set_mailbox(sandbox, OFFICE, PEC_MAILBOX_ACTIVE, NULL) == PEC_OK);
    if (failures > 0)
        return 1;
    wrong();
    sent(folder);
    answered_flat();
    faults();
    served(server);
    in_a_child(refused);
    /* Freed while it serves. */
    pec_sandbox_free(sandbox);
    return failures > 0;
}
