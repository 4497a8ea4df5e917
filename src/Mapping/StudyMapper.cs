using Hl7.Fhir.Model;

namespace Dicom2Fhir.Mapping;

/// <summary>Makes the MII resources of a study from the kept attributes; the same attributes give the same content in any order.</summary>
public static class StudyMapper
{
    /// <param name="series">All series of the study, every instance of the same patient pseudonym.</param>
    /// <exception cref="ArgumentException">No series, series of several studies, or not exactly one pseudonym.</exception>
    public static MappedStudy Map(IReadOnlyList<SeriesAttributes> series, MappingOptions options)
    {
        if (series.Select(one => one.StudyUid).Distinct().Count() != 1)
            throw new ArgumentException("the series of one study", nameof(series));
        if (Subjects(series).Count != 1 || series.Any(one => one.Instances.Any(HasNoSubject)))
            throw new ArgumentException("instances of one patient", nameof(series));
        var ordered = series.OrderBy(one => one.SeriesUid, StringComparer.Ordinal).ToList();
        var context = new StudyContext(options);
        var findings = new FindingList();
        var study = NewStudy(ordered, options);
        study.Series = [.. ordered.Select(one => SeriesOf(one, context, findings))
            .OrderBy(one => one.Number is null).ThenBy(one => one.Number).ThenBy(one => one.Uid, StringComparer.Ordinal)];
        study.Modality = [.. study.Series.Select(one => one.Modality).DistinctBy(coding => coding.Code)
            .OrderBy(coding => coding.Code, StringComparer.Ordinal).Select(coding => (Coding)coding.DeepCopy())];
        var draft = new Draft<ImagingStudy>(study, new Scope([.. ordered.SelectMany(one => one.Instances)], "", findings), context);
        foreach (var row in TagMap.All) (row.Conversion as Conversion.OfStudy)?.Apply(draft, row);
        return new MappedStudy(study, [.. context.Devices.Values], [.. context.Administrations.Values], [.. context.Observations.Values], findings.All) { Unused = findings.Unused };
    }

    /// <summary>The distinct patient pseudonyms of the instances in ordinal order: more than one means a conflict (design decision 15).</summary>
    public static IReadOnlyList<string> Subjects(IEnumerable<SeriesAttributes> series) =>
        [.. series.SelectMany(one => one.Instances).Select(instance => instance[TagMap.PatientId]).OfType<string>()
            .Where(id => id.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Id of the ImagingStudy of a study (design decision 16).</summary>
    public static string StudyId(string studyUid, MappingOptions options) => options.MakeId("study|" + studyUid);

    internal static Meta MetaOf(string profile, MappingOptions options) =>
        new() { Profile = [Mii.Versioned(profile)], Source = options.Source };

    static bool HasNoSubject(InstanceAttributes instance) => string.IsNullOrEmpty(instance[TagMap.PatientId]);

    static ImagingStudy NewStudy(List<SeriesAttributes> series, MappingOptions options) => new()
    {
        Id = StudyId(series[0].StudyUid, options),
        Meta = MetaOf(Mii.ImagingStudyProfile, options),
        Status = ImagingStudy.ImagingStudyStatus.Available,
        NumberOfSeries = series.Count,
        NumberOfInstances = series.Sum(one => one.Instances.Count),
    };

    static ImagingStudy.SeriesComponent SeriesOf(SeriesAttributes series, StudyContext context, FindingList findings)
    {
        var scope = new Scope(series.Instances, "series " + series.SeriesUid, findings);
        var target = new ImagingStudy.SeriesComponent { NumberOfInstances = series.Instances.Count };
        var draft = new Draft<ImagingStudy.SeriesComponent>(target, scope, context);
        foreach (var row in TagMap.All) (row.Conversion as Conversion.OfSeries)?.Apply(draft, row);
        if (context.Options.Instances) target.Instance = InstancesOf(scope, context);
        return target;
    }

    static List<ImagingStudy.InstanceComponent> InstancesOf(Scope series, StudyContext context)
    {
        var listed = series.Instances.Where(instance => Extraction.IsUid(instance[TagMap.SopClassUid] ?? "")).ToList();
        var unlisted = series.Instances.Count - listed.Count;
        if (unlisted > 0) series.Note(Findings.Missing, TagMap.SopClassUid, $"{unlisted} without a SOP class: counted, not listed");
        return [.. listed.Select(instance => InstanceOf(instance, series, context))
            .OrderBy(one => one.Number is null).ThenBy(one => one.Number).ThenBy(one => one.Uid, StringComparer.Ordinal)];
    }

    static ImagingStudy.InstanceComponent InstanceOf(InstanceAttributes instance, Scope series, StudyContext context)
    {
        var target = new ImagingStudy.InstanceComponent();
        var draft = new Draft<ImagingStudy.InstanceComponent>(target, series with { Instances = [instance] }, context);
        foreach (var row in InstanceRows) ((Conversion.OfInstance)row.Conversion).Apply(draft, row);
        return target;
    }

    static readonly TagRow[] InstanceRows = [.. TagMap.All.Where(row => row.Conversion is Conversion.OfInstance)];
}
