/* A fault of the caller, on purpose: argument 1 `twice` frees a message twice, `after` reads one that was freed. A tool that
 * looks at memory must say so. */
#include <pec.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    static const uint8_t text[] = "From: a@b.example\r\n\r\nx\r\n";
    pec_message *message = NULL;
    pec_bytes bytes = {NULL, 0};
    if (argc < 2 || pec_message_parse(text, sizeof text - 1, &message, NULL) != PEC_OK)
        return 2;
    pec_message_free(message);
    if (strcmp(argv[1], "twice") == 0)
        pec_message_free(message);
    else if (strcmp(argv[1], "after") == 0 && pec_message_bytes(message, &bytes) == PEC_OK)
        printf("%u bytes, of nobody\n", (unsigned)bytes.len);
    return 0;
}
