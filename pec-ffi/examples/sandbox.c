/* Sends a message through PEC providers in this process, turns their clock by a day, and prints what the receipts prove:
 * a program that sends PEC can be tried so without a mailbox, and its errors without waiting for any.
 *
 *     cc sandbox.c $(pkg-config --cflags --libs pec) -o sandbox && ./sandbox
 *
 * Ends with 0 when the receipts say what became of the message in truth, else with 1, and with 2 when a call failed.
 */
#include <pec.h>
#include <stdio.h>
#include <string.h>

static const char *const anna = "anna@pec.alfa.example";
static const char *const office = "ufficio@cert.beta.example";
static const char *const full = "piena@cert.beta.example";

static int failed(pec_error *error)
{
    pec_str text, evidence;
    if (pec_error_text(error, PEC_ERROR_TEXT_EN, &text) == PEC_OK &&
        pec_error_text(error, PEC_ERROR_EVIDENCE, &evidence) == PEC_OK)
        fprintf(stderr, "sandbox: %.*s (%.*s)\n", (int)text.len, text.data, (int)evidence.len, evidence.data);
    pec_error_free(error);
    return 2;
}

/* Mailboxes, one of them full, and a fault: the receipt of each delivery comes with a forged one beside it. */
static pec_result furnish(pec_sandbox *sandbox, pec_error **error)
{
    pec_result result = pec_sandbox_set_mailbox(sandbox, anna, PEC_MAILBOX_ACTIVE, error);
    if (result == PEC_OK)
        result = pec_sandbox_set_mailbox(sandbox, office, PEC_MAILBOX_ACTIVE, error);
    if (result == PEC_OK)
        result = pec_sandbox_set_mailbox(sandbox, full, PEC_MAILBOX_FULL, error);
    if (result == PEC_OK)
        result = pec_sandbox_add_fault(sandbox, PEC_FAULT_FORGED, 0, "avvenuta-consegna", "", PEC_CHANCE_ALWAYS, 0, error);
    return result;
}

/* Everything in a mailbox, verified and given to the ledger. */
static pec_result gather(pec_sandbox *sandbox, const pec_verifier *verifier, pec_ledger *ledger, pec_error **error)
{
    int64_t now = 0;
    size_t count = 0, index;
    pec_result result = pec_sandbox_now(sandbox, &now);
    if (result == PEC_OK)
        result = pec_sandbox_message_count(sandbox, anna, &count);
    for (index = 0; index < count && result == PEC_OK; index++) {
        pec_message *message = NULL;
        pec_verification *verification = NULL;
        char name[32];
        snprintf(name, sizeof name, "message %u", (unsigned)index + 1);
        result = pec_sandbox_message(sandbox, anna, index, &message, error);
        if (result == PEC_OK)
            result = pec_verify(verifier, message, now, &verification, error);
        if (result == PEC_OK)
            result = pec_ledger_add(ledger, verification, name, error);
        pec_verification_free(verification);
        pec_message_free(message);
    }
    return result;
}

/* Prints the state of each recipient beside the truth, and whether one knows more than the other. */
static int compare(const pec_sandbox *sandbox, const pec_ledger *ledger, const char *pec_id, pec_error **error)
{
    pec_dossiers *dossiers = NULL;
    size_t recipients = 0, claims = 0, index;
    int64_t now = 0;
    int code = 0;
    if (pec_sandbox_now(sandbox, &now) != PEC_OK ||
        pec_ledger_dossiers(ledger, now, PEC_READING_PLAIN, &dossiers, error) != PEC_OK)
        return 2;
    if (pec_dossiers_value_count(dossiers, 0, PEC_DOSSIER_RECIPIENT_ADDRESS, &recipients) != PEC_OK ||
        pec_dossiers_value_count(dossiers, 0, PEC_DOSSIER_CLAIM_SOURCE, &claims) != PEC_OK)
        code = 2;
    for (index = 0; index < recipients && code == 0; index++) {
        pec_str address, state;
        pec_outcome outcome = PEC_OUTCOME_REFUSED;
        char recipient[128];
        if (pec_dossiers_text(dossiers, 0, PEC_DOSSIER_RECIPIENT_ADDRESS, index, &address) != PEC_OK ||
            pec_dossiers_text(dossiers, 0, PEC_DOSSIER_RECIPIENT_STATE, index, &state) != PEC_OK) {
            code = 2;
            break;
        }
        snprintf(recipient, sizeof recipient, "%.*s", (int)address.len, address.data);
        if (pec_sandbox_outcome(sandbox, pec_id, recipient, &outcome) != PEC_OK)
            code = 2;
        printf("%s: %.*s\n", recipient, (int)state.len, state.data);
        if ((outcome == PEC_OUTCOME_DELIVERED) != (state.len == 9 && memcmp(state.data, "delivered", 9) == 0))
            code = 1;
    }
    printf("receipts that prove nothing: %u\n", (unsigned)claims);
    pec_dossiers_free(dossiers);
    return code;
}

int main(void)
{
    static const char message[] = "From: anna@pec.alfa.example\r\nTo: ufficio@cert.beta.example, piena@cert.beta.example\r\n"
                                  "Date: Mon, 9 Feb 2026 10:15:28 +0100\r\nMessage-ID: <1@ditta.example>\r\n"
                                  "Subject: Offerta\r\n\r\nBuongiorno.\r\n";
    pec_error *error = NULL;
    pec_sandbox *sandbox = NULL;
    pec_submission *submission = NULL;
    pec_trust_store *trust = NULL;
    pec_verifier *verifier = NULL;
    pec_ledger *ledger = NULL;
    pec_submitted answer = PEC_SUBMITTED_REFUSED;
    pec_str pec_id;
    char recipients[128];
    int code;

    snprintf(recipients, sizeof recipients, "%s, %s", office, full);
    if (pec_sandbox_new(1770628530, 2, &sandbox, &error) != PEC_OK || furnish(sandbox, &error) != PEC_OK ||
        pec_sandbox_submit(sandbox, anna, recipients, (const uint8_t *)message, sizeof message - 1, &submission,
                           &error) != PEC_OK ||
        pec_sandbox_settle(sandbox, &error) != PEC_OK || pec_sandbox_advance(sandbox, 86400, &error) != PEC_OK ||
        pec_sandbox_trust(sandbox, &trust, &error) != PEC_OK || pec_verifier_new(trust, &verifier, &error) != PEC_OK ||
        pec_ledger_new(&ledger, &error) != PEC_OK || gather(sandbox, verifier, ledger, &error) != PEC_OK) {
        code = failed(error);
    } else if (pec_submission_answer(submission, &answer) != PEC_OK || answer != PEC_SUBMITTED_ACCEPTED ||
               pec_submission_pec_id(submission, &pec_id) != PEC_OK) {
        fprintf(stderr, "sandbox: the message was not accepted\n");
        code = 1;
    } else {
        char id[256];
        snprintf(id, sizeof id, "%.*s", (int)pec_id.len, pec_id.data);
        code = compare(sandbox, ledger, id, &error);
        if (code == 2)
            failed(error);
    }
    pec_ledger_free(ledger);
    pec_verifier_free(verifier);
    pec_trust_store_free(trust);
    pec_submission_free(submission);
    pec_sandbox_free(sandbox);
    return code;
}
