namespace Dicom2Fhir.Dicom;

/// <summary>A data set, sequence or item being read.</summary>
sealed class Frame
{
    List<Element>? elements;

    /// <summary>The sequence, also in its items; 0 for the root.</summary>
    public uint Tag { get; init; }

    public bool IsSequence { get; init; }

    /// <summary>Written under another VR than SQ: the encoding of each item is looked at.</summary>
    public bool IsUnknown { get; init; }

    public bool IsUndefined { get; init; }

    public required ReadSet Set { get; init; }

    public required Syntax Syntax { get; init; }

    public required CharacterSet Characters { get; set; }

    /// <summary>Where the enclosing lengths end it at the latest.</summary>
    public required long End { get; init; }

    public bool IsSigned { get; set; }

    public bool IsUnordered { get; set; }

    public uint LastTag { get; set; }

    public List<Element> Elements => elements ??= [];

    public List<DataSet>? Items { get; set; }
}
