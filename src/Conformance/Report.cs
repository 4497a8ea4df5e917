using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance;

/// <summary>Answer of the engine for one resource.</summary>
/// <param name="Valid">No issue is an error.</param>
/// <param name="ProfileJudgedBy">Canonical with version of the profile that decided (the requested one, else the first claimed and loaded one, else the default), or the R4 canonical of the type; null if the text is no FHIR resource.</param>
/// <param name="Issues">At most <see cref="ValidateOptions.MaximumIssues"/>, in document order of each walk.</param>
/// <param name="Resource">The parsed resource; null if it could not be read at all. With parser errors it may be incomplete.</param>
public sealed record Report(bool Valid, string? ProfileJudgedBy, IReadOnlyList<Issue> Issues, Resource? Resource = null)
{
    /// <summary>The id of the resource as it stands in the text, well-formed or not; null when there is none.</summary>
    public string? Id => Resource is null ? null : Scope.IdOf(Resource);

    public Verdict Verdict => Valid ? Verdict.Valid : Verdict.Invalid;
}
