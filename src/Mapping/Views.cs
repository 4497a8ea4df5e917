using Hl7.Fhir.Model;

namespace Dicom2Fhir.Mapping;

/// <summary>The view of a projection radiograph: the code of (0054,0220) with its modifiers as text, else the term of (0018,5101).</summary>
static class Views
{
    public static CodeableConcept? Of(Draft<ImagingStudy.SeriesComponent> series, TagRow row)
    {
        var found = series.Scope.Instances.Select(instance => OfOne(series, row, instance)).OfType<(Code Code, string Text)>().Distinct()
            .OrderBy(view => view.Code.Value, StringComparer.Ordinal).ThenBy(view => view.Text, StringComparer.Ordinal).ToList();
        if (found.Select(view => view.Code.Value).Distinct().Count() > 1)
        {
            series.Scope.Note(Findings.Varies, row, $"{found.Count} values");
            return null;
        }

        if (found.Count == 0) return null;
        var concept = Technique.Concept(CodeSystems.Snomed, [found[0].Code]);
        if (found is [{ Text.Length: > 0 } one]) concept.Text = one.Text;
        return concept;
    }

    static (Code Code, string Text)? OfOne(Draft<ImagingStudy.SeriesComponent> series, TagRow row, InstanceAttributes instance)
    {
        foreach (var (code, scheme, _) in CodedItems.Of(instance, TagMap.ViewCode))
        {
            if (CodedConcepts.Snomed(series.Tables, code, scheme) is { } snomed)
                return (new Code(snomed, series.Tables.ViewCodes.GetValueOrDefault(snomed)?.Display ?? ""), Modifiers(instance));
            series.Scope.Note(Findings.Unmapped, TagMap.ViewCode.Code, Scope.Raw($"{code} ({scheme})"));
        }

        if (Scope.Split(instance[row] ?? "").FirstOrDefault()?.ToUpperInvariant() is not { } term) return null;
        if (series.Tables.Views.TryGetValue((series.Modality == "MG" ? "MG" : "XR", term), out var view)) return (view, "");
        series.Scope.Note(Findings.Unmapped, row, Scope.Raw(term));
        return null;
    }

    /// <summary>Modifiers (CID 4011, 4015: magnification, spot compression) have no place of their own in the extension.</summary>
    static string Modifiers(InstanceAttributes instance) => string.Join(", ", Scope.Split(instance[TagMap.ViewModifier] ?? "").Distinct());
}
