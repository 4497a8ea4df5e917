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

    /// <summary>Called once a series, and where there is a second action once for each listed instance.</summary>
    internal sealed record OfSeries(
        string Text, Action<Draft<ImagingStudy.SeriesComponent>, TagRow> Apply, Action<Draft<ImagingStudy.InstanceComponent>, TagRow>? Instance = null)
        : Conversion(Text);

    /// <summary>Called once for each listed instance.</summary>
    internal sealed record OfInstance(string Text, Action<Draft<ImagingStudy.InstanceComponent>, TagRow> Apply) : Conversion(Text);
}

/// <summary>An element under construction with the values that may go into it.</summary>
/// <param name="SeriesModality">For an instance: of its series.</param>
sealed record Draft<T>(T Target, Scope Scope, StudyContext Study, string SeriesModality = "")
{
    public CodeTables Tables => Study.Options.Tables;

    /// <summary>Code of the series' modality (its row stands before all that ask); "" for a study.</summary>
    public string Modality => Target is ImagingStudy.SeriesComponent series ? series.Modality?.Code ?? "" : SeriesModality;

    /// <summary>Texts that may hint at what no attribute states, the nearest to the series first; none when hints are off.</summary>
    public IEnumerable<IReadOnlyList<string>> HintTexts()
    {
        if (Study.Options.TextHints != TextHintLevel.Off)
            yield return [.. Scope.Stated(TagMap.SeriesDescription).Concat(Scope.Stated(TagMap.ProtocolName)).Distinct().Order(StringComparer.Ordinal)];
        if (Study.Options.TextHints == TextHintLevel.All)
            yield return [.. Scope.Stated(TagMap.StudyDescription).Distinct().Order(StringComparer.Ordinal)];
    }
}

/// <summary>What the conversions of one study share.</summary>
sealed class StudyContext
{
    public StudyContext(MappingOptions options, string studyUid, Scope study)
    {
        Options = options;
        StudyUid = studyUid;
        Agents = new Agents(options);
        Dose = new Dose(study, options.Tables);
    }

    public MappingOptions Options { get; }

    public string StudyUid { get; }

    public Agents Agents { get; }

    public Dose Dose { get; }

    /// <summary>Devices by id.</summary>
    public SortedDictionary<string, Device> Devices { get; } = new(StringComparer.Ordinal);

    /// <summary>Contrast agents given, by id.</summary>
    public SortedDictionary<string, MedicationAdministration> Administrations { get; } = new(StringComparer.Ordinal);

    /// <summary>Measurements of the study (dose, weight, height) by id.</summary>
    public SortedDictionary<string, Observation> Observations { get; } = new(StringComparer.Ordinal);

    /// <summary>Start of each series that has one: the fallback of the study's start.</summary>
    public List<Moment> SeriesStarts { get; } = [];

    /// <summary>What was read from free text: codes of <see cref="Derived.System"/>.</summary>
    public SortedSet<string> Derived { get; } = new(StringComparer.Ordinal);
}

/// <summary>Marks in meta.tag what was read from free text, so that a portal can exclude it (design decision 19).</summary>
public static class Derived
{
    public const string System = "https://dicom2fhir.org/fhir/CodeSystem/derived";

    public const string BodySite = "body-site";
    public const string Laterality = "laterality";
    public const string Contrast = "contrast";
}
