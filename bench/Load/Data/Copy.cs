namespace Dicom2Fhir.Load.Data;

/// <summary>A made study once more, with an id and a patient of its own: the first hexadecimal digit of both is turned on by the number of the copy.</summary>
static class Copy
{
    const string Digits = "0123456789abcdef";

    /// <summary>The study itself is among them.</summary>
    public const int Most = 16;

    /// <summary>The first 64 bits of the id.</summary>
    public static ulong Digest(ulong digest, int copy) => digest + ((ulong)copy << 60);

    /// <summary>The id as SQL, of an expression that is one.</summary>
    public static string Id(string sql, int copy) => $"translate(left({sql}, 1), '{Digits}', '{Digits[copy..]}{Digits[..copy]}') || substr({sql}, 2)";
}
