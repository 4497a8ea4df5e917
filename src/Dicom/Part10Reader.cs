namespace Dicom2Fhir.Dicom;

/// <summary>Reads the header of a DICOM file (PS3.10 section 7) up to the pixel data.</summary>
public static class Part10Reader
{
    /// <summary>Reads what <paramref name="readSet"/> wants from the start of <paramref name="stream"/>; reads as little of it as it can.</summary>
    /// <exception cref="DicomFormatException">The input gives no usable header.</exception>
    public static DicomFile Read(Stream stream, ReadSet readSet, Limits limits, CancellationToken cancellationToken) =>
        throw new DicomFormatException(DicomFault.Unreadable, "not built yet", 0, "");
}
