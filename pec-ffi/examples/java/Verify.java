// Verifies one message through the flat calls of libpec and prints the report, then explains a finding code.
//
//     javac -cp jna.jar Verify.java && java -cp jna.jar:. -Djna.library.path=/usr/local/lib Verify message.eml [code]
//
// Ends with 0, or with 2 when a call fails; why it failed goes to the standard error as JSON.

import com.sun.jna.IntegerType;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.ByReference;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

public final class Verify {
    static final int OK = 0, BUFFER_TOO_SMALL = 8, ITALIAN = 0;

    /** size_t. */
    public static class SizeT extends IntegerType {
        public SizeT() { this(0); }

        public SizeT(long value) { super(Native.SIZE_T_SIZE, value, true); }
    }

    /** size_t *. */
    public static class SizeTByReference extends ByReference {
        public SizeTByReference() { super(Native.SIZE_T_SIZE); }

        int get() {
            Pointer place = getPointer();
            return Math.toIntExact(Native.SIZE_T_SIZE == 8 ? place.getLong(0) : place.getInt(0));
        }
    }

    /** pec.dll on Windows, libpec.so on Linux. Texts are UTF-8 and end with NUL. */
    public interface Pec extends Library {
        Pec INSTANCE = Native.load("pec", Pec.class, Map.of(Library.OPTION_STRING_ENCODING, "UTF-8"));

        int pec_verify_file_json(String path, byte[] buf, SizeT cap, SizeTByReference need);

        int pec_explain_flat(String code, int language, byte[] buf, SizeT cap, SizeTByReference need);

        int pec_last_error_json(byte[] buf, SizeT cap, SizeTByReference need);
    }

    interface Call {
        int into(byte[] buf, SizeT cap, SizeTByReference need);
    }

    /** The call failed; the message is the error as JSON. */
    static final class PecException extends Exception {
        PecException(String json) { super(json); }
    }

    /** Calls with a buffer of a guessed size, and again with one of the size that is needed; null when it fails. */
    static String filled(Call call) {
        SizeTByReference need = new SizeTByReference();
        byte[] buffer = new byte[64];
        int result = call.into(buffer, new SizeT(buffer.length), need);
        if (result == BUFFER_TOO_SMALL) {
            buffer = new byte[need.get()];
            result = call.into(buffer, new SizeT(buffer.length), need);
        }
        return result == OK ? new String(buffer, 0, need.get() - 1, StandardCharsets.UTF_8) : null;
    }

    static String checked(Call call) throws PecException {
        String text = filled(call);
        if (text == null) {
            // The next flat call of this thread forgets it.
            throw new PecException(filled(Pec.INSTANCE::pec_last_error_json));
        }
        return text;
    }

    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        PrintStream error = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        if (arguments.length < 1) {
            error.println("usage: Verify MESSAGE [CODE]");
            System.exit(2);
        }
        try {
            out.println(checked((buf, cap, need) -> Pec.INSTANCE.pec_verify_file_json(arguments[0], buf, cap, need)));
            if (arguments.length > 1) {
                out.println(checked(
                    (buf, cap, need) -> Pec.INSTANCE.pec_explain_flat(arguments[1], ITALIAN, buf, cap, need)));
            }
        } catch (PecException why) {
            error.println(why.getMessage());
            System.exit(2);
        }
    }
}
