using System.Buffers.Binary;

namespace Dicom2Fhir.Dicom;

/// <summary>How elements are written: the three encodings of PS3.5 section 7 and annex A.</summary>
readonly record struct Syntax(bool IsExplicit, bool IsBigEndian)
{
    public const string DeflatedUid = "1.2.840.10008.1.2.1.99";

    public static Syntax ImplicitLittle { get; } = new(false, false);

    public static Syntax ExplicitLittle { get; } = new(true, false);

    public static Syntax ExplicitBig { get; } = new(true, true);

    /// <summary>The UID that names this encoding without compression.</summary>
    public string Uid => this switch
    {
        { IsExplicit: false } => "1.2.840.10008.1.2",
        { IsBigEndian: true } => "1.2.840.10008.1.2.2",
        _ => "1.2.840.10008.1.2.1",
    };

    /// <summary>The encoding of the header under a transfer syntax. All but four are explicit little endian (PS3.5 section A.4).</summary>
    public static Syntax Of(string uid) => uid switch
    {
        // The GE syntax differs from implicit little endian in the pixel data only.
        "1.2.840.10008.1.2" or "1.2.840.113619.5.2" => ImplicitLittle,
        "1.2.840.10008.1.2.2" => ExplicitBig,
        _ => ExplicitLittle,
    };

    public static bool IsKnown(string uid) =>
        uid is "1.2.840.10008.1.2" or "1.2.840.113619.5.2" || uid.StartsWith("1.2.840.10008.1.2.", StringComparison.Ordinal);

    /// <summary>The deflated syntaxes: explicit little endian and the two JPIP ones (PS3.5 sections A.5, A.7, A.12).</summary>
    public static bool IsDeflated(string uid) => uid is DeflatedUid or "1.2.840.10008.1.2.4.95" or "1.2.840.10008.1.2.4.205";

    public ushort U16(ReadOnlySpan<byte> bytes) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    public uint U32(ReadOnlySpan<byte> bytes) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    public uint TagAt(ReadOnlySpan<byte> bytes) => ((uint)U16(bytes) << 16) | U16(bytes[2..]);
}
