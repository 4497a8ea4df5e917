namespace Dicom2Fhir.Dicom;

/// <summary>Why an input gives no usable header. The words of the command line's reasons follow from it.</summary>
public enum DicomFault
{
    /// <summary>No DICOM file in any spelling.</summary>
    NotDicom,

    /// <summary>No bytes.</summary>
    Empty,

    /// <summary>The bytes end inside an element before the header was complete enough.</summary>
    Truncated,

    /// <summary>DICOM, but not readable.</summary>
    Unreadable,

    /// <summary>A limit of <see cref="Limits"/> was reached.</summary>
    Limit,

    /// <summary>The deflated data set does not inflate.</summary>
    BadDeflate,

    /// <summary>DICOM JSON that is no JSON.</summary>
    NotJson,
}

/// <summary>The only exception the readers throw for bad input.</summary>
/// <param name="offset">Bytes from the start of the input.</param>
/// <param name="tagPath">The element at fault, "" outside of elements.</param>
public sealed class DicomFormatException(DicomFault fault, string message, long offset, string tagPath) : Exception(message)
{
    public DicomFault Fault { get; } = fault;

    public long Offset { get; } = offset;

    public string TagPath { get; } = tagPath;

    /// <summary>What was read before the bytes ended: not enough to say which instance it is.</summary>
    public DicomFile? Partial { get; init; }
}
