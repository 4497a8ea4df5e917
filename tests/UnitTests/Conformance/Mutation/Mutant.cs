namespace Dicom2Fhir.UnitTests.Conformance.Mutation;

/// <summary>A document that differs from a valid one in one thing.</summary>
/// <param name="What">Kind of the change and its place.</param>
/// <param name="Focus">FHIRPath without indices at or below which an error has to stand; null when the change breaks nothing.</param>
sealed record Mutant(string What, string Json, string? Focus);
