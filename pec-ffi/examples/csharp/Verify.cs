// Verifies one message through the flat calls of libpec and prints the report, then explains a finding code.
//
//     mcs Verify.cs && LD_LIBRARY_PATH=/usr/local/lib mono Verify.exe message.eml [code]
//
// Ends with 0, or with 2 when a call fails; why it failed goes to the standard error as JSON.
using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

static class Pec
{
    public const uint Ok = 0, BufferTooSmall = 8, Italian = 0;

    // pec.dll on Windows, libpec.so on Linux. Texts are UTF-8 and end with NUL; size_t is UIntPtr.
    [DllImport("pec", CallingConvention = CallingConvention.Cdecl)]
    static extern uint pec_verify_file_json(byte[] path, byte[] buf, UIntPtr cap, out UIntPtr need);

    [DllImport("pec", CallingConvention = CallingConvention.Cdecl)]
    static extern uint pec_explain_flat(byte[] code, uint language, byte[] buf, UIntPtr cap, out UIntPtr need);

    [DllImport("pec", CallingConvention = CallingConvention.Cdecl)]
    static extern uint pec_last_error_json(byte[] buf, UIntPtr cap, out UIntPtr need);

    delegate uint Call(byte[] buf, UIntPtr cap, out UIntPtr need);

    static byte[] Text(string text)
    {
        return Encoding.UTF8.GetBytes(text + "\0");
    }

    // Calls with a buffer of a guessed size, and again with one of the size that is needed.
    static uint Filled(Call call, out string text)
    {
        UIntPtr need;
        byte[] buffer = new byte[64];
        uint result = call(buffer, (UIntPtr)buffer.Length, out need);
        if (result == BufferTooSmall)
        {
            buffer = new byte[(int)need];
            result = call(buffer, (UIntPtr)buffer.Length, out need);
        }
        text = result == Ok ? Encoding.UTF8.GetString(buffer, 0, (int)need - 1) : null;
        return result;
    }

    static string Checked(Call call)
    {
        string text;
        if (Filled(call, out text) == Ok)
            return text;
        // The next flat call of this thread forgets it.
        string why;
        Filled(pec_last_error_json, out why);
        throw new InvalidOperationException(why);
    }

    public static string Verify(string path)
    {
        byte[] utf8 = Text(path);
        return Checked((byte[] buf, UIntPtr cap, out UIntPtr need) => pec_verify_file_json(utf8, buf, cap, out need));
    }

    public static string Explain(string code)
    {
        byte[] utf8 = Text(code);
        return Checked((byte[] buf, UIntPtr cap, out UIntPtr need) =>
            pec_explain_flat(utf8, Italian, buf, cap, out need));
    }
}

static class Program
{
    static int Main(string[] arguments)
    {
        if (arguments.Length < 1)
        {
            Console.Error.WriteLine("usage: Verify MESSAGE [CODE]");
            return 2;
        }
        Stream output = Console.OpenStandardOutput(), error = Console.OpenStandardError();
        try
        {
            Write(output, Pec.Verify(arguments[0]));
            if (arguments.Length > 1)
                Write(output, Pec.Explain(arguments[1]));
            return 0;
        }
        catch (InvalidOperationException why)
        {
            Write(error, why.Message);
            return 2;
        }
    }

    static void Write(Stream stream, string line)
    {
        byte[] bytes = new UTF8Encoding(false).GetBytes(line + "\n");
        stream.Write(bytes, 0, bytes.Length);
    }
}
