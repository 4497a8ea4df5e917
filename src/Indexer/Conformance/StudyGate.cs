using Dicom2Fhir.Mapping;
using Dicom2Fhir.Store;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Indexer.Conformance;

/// <summary>What of a mapped study may be stored.</summary>
/// <param name="Study">Null when it is withheld.</param>
/// <param name="Companions">Those that are not withheld.</param>
/// <param name="Findings">One for each companion that is withheld.</param>
/// <param name="Refusal">Why the study is withheld, else null.</param>
sealed record GatedStudy(ResourceWrite? Study, IReadOnlyList<ResourceWrite> Companions, IReadOnlyList<Finding> Findings, string? Refusal);

/// <summary>The write gate of mapped studies: a companion that breaks its profile is withheld alone, and the study stored without the references to it.</summary>
static class StudyGate
{
    /// <summary>A mapped study with its companions; the findings of the mapping come first.</summary>
    public static GatedStudy Pass(this WriteGate gate, MappedStudy mapped)
    {
        var gated = gate.Pass(mapped.Study, mapped.Companions);
        return gated with { Findings = [.. mapped.Findings, .. gated.Findings] };
    }

    /// <param name="companions">Resources the study refers to: Device, MedicationAdministration, Observation.</param>
    public static GatedStudy Pass(this WriteGate gate, ImagingStudy study, IEnumerable<Resource> companions)
    {
        var writes = new List<ResourceWrite>();
        var findings = new List<Finding>();
        foreach (var companion in companions)
        {
            var judged = gate.Judge(companion);
            if (judged.IsValid || gate.TagFailures)
            {
                writes.Add(Write(companion, judged));
                continue;
            }

            References.Remove(study, $"{companion.TypeName}/{companion.Id}");
            findings.Add(new Finding(Reasons.Nonconformant, FindingSeverity.Error, $"{companion.TypeName}/{companion.Id}", $"withheld: {judged.Fault}"));
        }

        var answer = gate.Judge(study);
        if (!answer.IsValid && !gate.TagFailures) return new GatedStudy(null, [], findings, answer.Fault);
        return new GatedStudy(Write(study, answer), writes, findings, null);
    }

    static ResourceWrite Write(Resource resource, Judged judged)
    {
        if (!judged.IsValid) (resource.Meta ??= new()).Tag.Add(new(ConformanceTag.System, ConformanceTag.Code));
        return new ResourceWrite(ServedType.Find(resource.TypeName)!, resource.Id!, MappedJson.Write(resource), resource, Origin.Index, judged.State);
    }
}
