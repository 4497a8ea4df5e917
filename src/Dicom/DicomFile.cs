namespace Dicom2Fhir.Dicom;

/// <summary>What the reader made of one input.</summary>
/// <param name="TransferSyntax">UID the data were read by (declared, or found by looking at the first elements).</param>
/// <param name="HeaderBytes">Bytes read up to where reading stopped.</param>
public sealed record DicomFile(string TransferSyntax, DataSet DataSet, IReadOnlyList<ReadProblem> Problems, long HeaderBytes);

/// <summary>A fault the reader worked around: the header is usable, the fault is counted.</summary>
/// <param name="Code">Short word of a closed list (docs/error-codes.md).</param>
/// <param name="TagPath">Where, "(0054,0016)>(0018,1074)"; empty for the file as a whole.</param>
public sealed record ReadProblem(string Code, string TagPath, long Offset, string Text);
