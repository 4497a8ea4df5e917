using Dicom2Fhir.Mapping;
using Dicom2Fhir.Store;

namespace Dicom2Fhir.Indexer;

/// <summary>The statistics of the mapping in the form in which they are kept.</summary>
static class Figures
{
    /// <summary>Paths of the attributes that are counted, in path order.</summary>
    public static IReadOnlyList<string> Paths { get; } =
        [.. TagMap.All.Where(SeriesStatistics.IsCounted).Select(row => row.PathText).Order(StringComparer.Ordinal)];

    /// <summary>By series UID.</summary>
    public static IReadOnlyDictionary<string, SeriesFigures> Of(IReadOnlyList<SeriesAttributes> series, MappedStudy study, IReadOnlyDictionary<string, short> numbers) =>
        SeriesStatistics.Of(series, study).Zip(series, (figures, kept) => (kept.SeriesUid, Figures: Of(figures, kept.Instances.Count, numbers)))
            .ToDictionary(pair => pair.SeriesUid, pair => pair.Figures, StringComparer.Ordinal);

    static SeriesFigures Of(SeriesStatistics series, int instances, IReadOnlyDictionary<string, short> numbers)
    {
        short Number(TagRow row) => numbers[row.PathText];

        return new SeriesFigures(
            series.Modality, series.BodySite, series.Laterality,
            [.. series.Attributes.Where(count => count.Present == instances).Select(count => Number(count.Row))],
            [.. series.Attributes.Where(count => count.Empty == instances).Select(count => Number(count.Row))],
            [.. series.Attributes.Where(count => count.Present < instances && count.Empty < instances)
                .SelectMany(count => (int[])[Number(count.Row), count.Present, count.Empty])],
            [.. series.Unused.Select(value => Number(value.Row))],
            [.. series.Unused.Select(value => value.Value)],
            [.. series.Unused.Select(value => value.Instances)]);
    }
}
