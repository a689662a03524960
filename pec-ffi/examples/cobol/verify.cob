*> Verifies one message through the flat calls of libpec and prints the report, then explains a finding code.
*>
*>     cobc -x -free verify.cob -L/usr/local/lib -lpec && ./verify message.eml [code]
*>
*> Ends with 0, or with 2 when a call fails; why it failed goes to the standard error as JSON.
identification division.
program-id. verify.

data division.
working-storage section.
78  pec-ok                value 0.
78  pec-buffer-too-small  value 8.

*> uint32_t is binary-long unsigned, size_t binary-double unsigned.
01  result                binary-long unsigned.
01  cap                   binary-double unsigned.
01  need                  binary-double unsigned.
01  size-of-text          binary-double unsigned.
01  italian               binary-long unsigned value 0.

*> Texts are UTF-8 and end with NUL.
01  argument-count        binary-long.
01  argument              pic x(4096).
01  argument-z            pic x(4097).

01  guess                 pic x(64).
01  buffer-pointer        usage pointer.

*> Which call the paragraphs below make: R report, E explanation, L last error.
01  task                  pic x.

linkage section.
01  buffer.
    05  buffer-byte       pic x occurs 1 to 268435456 times depending on need.

procedure division.
main.
    accept argument-count from argument-number
    if argument-count < 1
        display "usage: verify MESSAGE [CODE]" upon stderr
        move 2 to return-code
        stop run
    end-if
    accept argument from argument-value
    move "R" to task
    perform show
    if argument-count > 1
        move spaces to argument
        accept argument from argument-value
        move "E" to task
        perform show
    end-if
    stop run.

show.
    perform filled
    if result = pec-ok
        display buffer(1:size-of-text)
        free buffer-pointer
    else
        *> The next flat call of this thread forgets it.
        move "L" to task
        perform filled
        display buffer(1:size-of-text) upon stderr
        move 2 to return-code
        stop run
    end-if.

*> Calls with a buffer of a guessed size, and again with one of the size that is needed.
filled.
    string function trim(argument trailing) x"00" delimited by size into argument-z
    set buffer-pointer to address of guess
    move length of guess to cap
    move 0 to need
    perform call-library
    if result = pec-buffer-too-small
        allocate need characters returning buffer-pointer
        move need to cap
        perform call-library
    else
        *> It fitted: taken into memory of its own all the same, so that it is always freed.
        if result = pec-ok
            allocate need characters returning buffer-pointer
            set address of buffer to buffer-pointer
            move guess(1:need) to buffer
        end-if
    end-if
    if result = pec-ok
        set address of buffer to buffer-pointer
        *> Without the NUL.
        compute size-of-text = need - 1
    end-if.

call-library.
    evaluate task
        when "R"
            call static "pec_verify_file_json" using
                by reference argument-z by value buffer-pointer by value cap by reference need
                returning result
        when "E"
            call static "pec_explain_flat" using
                by reference argument-z by value italian by value buffer-pointer by value cap
                by reference need
                returning result
        when other
            call static "pec_last_error_json" using
                by value buffer-pointer by value cap by reference need
                returning result
    end-evaluate.
