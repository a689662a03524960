{ Verifies one message through the flat calls of libpec and prints the report, then explains a finding code.

      fpc -Fl/usr/local/lib verify.pas && ./verify message.eml [code]

  Ends with 0, or with 2 when a call fails; why it failed goes to the standard error as JSON. }
program Verify;

{$mode delphi}{$H+}

const
{$IFDEF MSWINDOWS}
  PecLibrary = 'pec.dll';
{$ELSE}
  PecLibrary = 'pec';
{$ENDIF}
  PEC_OK = 0;
  PEC_BUFFER_TOO_SMALL = 8;
  PEC_LANGUAGE_IT = 0;

{ Texts are UTF-8 and end with NUL, as every AnsiString does; size_t is NativeUInt. }
function pec_verify_file_json(path: PAnsiChar; buf: PAnsiChar; cap: NativeUInt; out need: NativeUInt): Cardinal; cdecl;
  external PecLibrary;
function pec_explain_flat(code: PAnsiChar; language: Cardinal; buf: PAnsiChar; cap: NativeUInt;
  out need: NativeUInt): Cardinal; cdecl; external PecLibrary;
function pec_last_error_json(buf: PAnsiChar; cap: NativeUInt; out need: NativeUInt): Cardinal; cdecl; external PecLibrary;

type
  TTask = (Report, Explanation, LastError);

function Call(task: TTask; const argument: RawByteString; buf: PAnsiChar; cap: NativeUInt; out need: NativeUInt): Cardinal;
begin
  case task of
    Report: Result := pec_verify_file_json(PAnsiChar(argument), buf, cap, need);
    Explanation: Result := pec_explain_flat(PAnsiChar(argument), PEC_LANGUAGE_IT, buf, cap, need);
  else
    Result := pec_last_error_json(buf, cap, need);
  end;
end;

{ Calls with a buffer of a guessed size, and again with one of the size that is needed. }
function Filled(task: TTask; const argument: RawByteString; out text: RawByteString): Cardinal;
var
  need: NativeUInt;
begin
  need := 0;
  SetLength(text, 64);
  Result := Call(task, argument, PAnsiChar(text), Length(text), need);
  if Result = PEC_BUFFER_TOO_SMALL then
  begin
    SetLength(text, need);
    Result := Call(task, argument, PAnsiChar(text), Length(text), need);
  end;
  if Result = PEC_OK then
    SetLength(text, need - 1) { without the NUL }
  else
    text := '';
end;

procedure WriteUtf8(var target: Text; const line: RawByteString);
begin
  SetTextCodePage(target, CP_NONE); { the bytes as they are }
  WriteLn(target, line);
end;

procedure Show(task: TTask; const argument: RawByteString);
var
  text, why: RawByteString;
begin
  if Filled(task, argument, text) = PEC_OK then
    WriteUtf8(Output, text)
  else
  begin
    { The next flat call of this thread forgets it. }
    Filled(LastError, '', why);
    WriteUtf8(StdErr, why);
    Halt(2);
  end;
end;

begin
  if ParamCount < 1 then
  begin
    WriteLn(StdErr, 'usage: verify MESSAGE [CODE]');
    Halt(2);
  end;
  Show(Report, ParamStr(1));
  if ParamCount > 1 then
    Show(Explanation, ParamStr(2));
end.
