using Hl7.Fhir.Model;

namespace Dicom2Fhir.Mapping;

/// <summary>How the values of a row become an element. <see cref="StudyMapper"/> runs every row's conversion and knows no attribute by name.</summary>
/// <param name="Text">One sentence for docs/mapping.md.</param>
public abstract record Conversion(string Text)
{
    /// <summary>The row only feeds the conversion of other rows.</summary>
    public sealed record None(string Text) : Conversion(Text);

    /// <summary>Called once a study, after all series.</summary>
    internal sealed record OfStudy(string Text, Action<Draft<ImagingStudy>, TagRow> Apply) : Conversion(Text);

    /// <summary>Called once a series.</summary>
    internal sealed record OfSeries(string Text, Action<Draft<ImagingStudy.SeriesComponent>, TagRow> Apply) : Conversion(Text);

    /// <summary>Called once for each listed instance.</summary>
    internal sealed record OfInstance(string Text, Action<Draft<ImagingStudy.InstanceComponent>, TagRow> Apply) : Conversion(Text);
}

/// <summary>An element under construction with the values that may go into it.</summary>
sealed record Draft<T>(T Target, Scope Scope, StudyContext Study);

/// <summary>What the conversions of one study share.</summary>
sealed class StudyContext(MappingOptions options)
{
    public MappingOptions Options { get; } = options;

    /// <summary>Devices by id.</summary>
    public SortedDictionary<string, Device> Devices { get; } = new(StringComparer.Ordinal);

    /// <summary>Contrast agents given, by id.</summary>
    public SortedDictionary<string, MedicationAdministration> Administrations { get; } = new(StringComparer.Ordinal);

    /// <summary>Measurements of the study (dose, weight, height) by id.</summary>
    public SortedDictionary<string, Observation> Observations { get; } = new(StringComparer.Ordinal);

    /// <summary>Start of each series that has one: the fallback of the study's start.</summary>
    public List<Moment> SeriesStarts { get; } = [];
}
