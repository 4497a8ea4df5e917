using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance.Base;

/// <summary>Formats of R4 primitive types that the SDK's parser does not check (FHIR R4 datatypes, 2.24.0.1).</summary>
static class PrimitiveFormat
{
    public static void Check(PrimitiveType value, Run run)
    {
        if (value.JsonValue is not string text) return;
        var problem = value switch
        {
            FhirDateTime => DateTime(text, needsTime: false) ? null : "is no dateTime (YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with a zone)",
            Instant => DateTime(text, needsTime: true) ? null : "is no instant (YYYY-MM-DDThh:mm:ss with a zone)",
            Date => text.Length <= 10 && Calendar(text) ? null : "is no date (YYYY, YYYY-MM or YYYY-MM-DD)",
            Time => text.Length >= 8 && Clock(text) == text.Length ? null : "is no time (hh:mm:ss)",
            Uuid => text.StartsWith("urn:uuid:", StringComparison.Ordinal) && Guid.TryParseExact(text.AsSpan(9), "D", out _) ? null : "is no uuid (urn:uuid: and 36 characters)",
            Oid => IsOid(text) ? null : "is no oid (urn:oid: and numbers)",
            FhirUri or FhirUrl or Hl7.Fhir.Model.Canonical when HasBlank(text) => "has a blank, which no URI has",
            Code when !IsCode(text) => "is no code (no blanks at its ends, single ones inside)",
            Base64Binary when text.Length == 0 => "is no base64 text",
            FhirString or Markdown when HasControl(text) => "has a control character",
            Id when text.Length > 64 || text.AsSpan().ContainsAnyExcept(IdCharacters) => "is no id (1 to 64 letters, digits, '-' and '.')",
            _ => null,
        };
        if (problem is null) return;
        var shown = text.Length > 60 ? text[..60] : text;
        run.Error("value", "primitive", $"'{shown}' {problem}.");
    }

    static readonly System.Buffers.SearchValues<char> IdCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.");

    // White space of the regular expressions of R4 ("\S*" of uri), as .NET reads it.
    static bool HasBlank(string text)
    {
        foreach (var c in text)
            if ((c <= ' ' || c > '~') && char.IsWhiteSpace(c)) return true;
        return false;
    }

    static bool HasControl(string text)
    {
        foreach (var c in text)
            if (c < ' ' && c is not ('\t' or '\n' or '\r')) return true;
        return false;
    }

    /// <summary>Words with one blank between them.</summary>
    static bool IsCode(string text)
    {
        if (!HasBlank(text)) return true;
        var isBlank = true;
        foreach (var c in text)
        {
            var wasBlank = isBlank;
            isBlank = char.IsWhiteSpace(c);
            if (isBlank && wasBlank) return false;
        }
        return !isBlank;
    }

    static bool IsOid(string text)
    {
        if (!text.StartsWith("urn:oid:", StringComparison.Ordinal) || text.Length < 11 || text[8] is < '0' or > '2') return false;
        var parts = text[8..].Split('.');
        return parts.Length > 1 && parts.All(p => p.Length > 0 && p.All(char.IsAsciiDigit) && (p.Length == 1 || p[0] != '0'));
    }

    static bool DateTime(ReadOnlySpan<char> text, bool needsTime)
    {
        if (text.Length <= 10) return !needsTime && Calendar(text);
        if (!Calendar(text[..10]) || text[10] != 'T') return false;
        var time = text[11..];
        var end = Clock(time);
        return end > 0 && IsZone(time[end..]);
    }

    static bool Calendar(ReadOnlySpan<char> text)
    {
        if (text.Length is not (4 or 7 or 10) || !Digits(text[..4]) || text[..4] is "0000") return false;
        if (text.Length == 4) return true;
        if (text[4] != '-' || !Digits(text.Slice(5, 2))) return false;
        int year = Number(text[..4]), month = Number(text.Slice(5, 2));
        if (month is < 1 or > 12) return false;
        return text.Length == 7 || (text[7] == '-' && Digits(text.Slice(8, 2)) && Number(text.Slice(8, 2)) is var day && day >= 1 && day <= System.DateTime.DaysInMonth(year, month));
    }

    /// <summary>Length of the leading hh:mm:ss[.fff], or 0.</summary>
    static int Clock(ReadOnlySpan<char> text)
    {
        if (text.Length < 8 || !Digits(text[..2]) || text[2] != ':' || !Digits(text.Slice(3, 2)) || text[5] != ':' || !Digits(text.Slice(6, 2))) return 0;
        if (Number(text[..2]) > 23 || Number(text.Slice(3, 2)) > 59 || Number(text.Slice(6, 2)) > 60) return 0;
        if (text.Length == 8 || text[8] != '.') return 8;
        var end = 9;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        return end > 9 ? end : 0;
    }

    static bool IsZone(ReadOnlySpan<char> text) => text is "Z"
        || (text.Length == 6 && text[0] is '+' or '-' && Digits(text.Slice(1, 2)) && text[3] == ':' && Digits(text.Slice(4, 2))
            && (Number(text.Slice(1, 2)) < 14 ? Number(text.Slice(4, 2)) < 60 : text[1..] is "14:00"));

    static bool Digits(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');

    static int Number(ReadOnlySpan<char> text)
    {
        var value = 0;
        foreach (var c in text) value = (value * 10) + c - '0';
        return value;
    }
}
