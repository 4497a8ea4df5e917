using Dicom2Fhir.Store;
using Npgsql;

namespace Dicom2Fhir.Indexer;

/// <summary>Keeps the series of a batch: attributes of those that changed, figures of all whose study was mapped or is withheld now.</summary>
static class SeriesKeeper
{
    public static async Task SaveAsync(NpgsqlDataSource database, WriteBatch batch, IReadOnlyList<StudyChange> studies, CancellationToken cancellationToken)
    {
        var numbers = await AttributeNumbers.OfAsync(database, Figures.Paths, cancellationToken);
        var changed = new List<KeptSeries>();
        var others = new List<(string, string, SeriesFigures?)>();
        foreach (var study in studies)
        {
            var figures = study.Mapped is { } mapped ? Figures.Of(study.After, mapped, numbers) : new Dictionary<string, SeriesFigures>();
            foreach (var series in study.After)
            {
                var known = figures.GetValueOrDefault(series.SeriesUid);
                if (study.Changed.Contains(series)) changed.Add(new KeptSeries(series.StudyUid, series.SeriesUid, series.Instances.Count, series.Encode()) { Figures = known });
                else if (study.MustMap || study.Conflict) others.Add((series.StudyUid, series.SeriesUid, known));
            }
        }

        await batch.SaveSeriesAsync(changed, cancellationToken);
        await batch.SaveFiguresAsync(others, cancellationToken);
    }
}
