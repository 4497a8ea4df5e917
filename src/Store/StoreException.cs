namespace Dicom2Fhir.Store;

/// <summary>The database cannot be used as it is; the message is one sentence for the operator, without values and without a host's password.</summary>
public sealed class StoreException(string message, Exception? inner = null) : Exception(message, inner);
