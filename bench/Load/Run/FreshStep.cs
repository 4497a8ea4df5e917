using System.Diagnostics;
using Dicom2Fhir.Mapping;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;

namespace Dicom2Fhir.Load.Run;

/// <summary>From the commit of a study until a search finds it; the facade folds, no indexer runs.</summary>
static class FreshStep
{
    // Beyond every study of the data.
    const long First = 1_000_000_000;

    public static async Task<IReadOnlyList<Row>> RunAsync(Bench bench)
    {
        await bench.FacadeAsync();
        using var client = new SearchClient(bench.FhirBase);
        var count = bench.Options.Quick ? 5 : 60;
        var times = new Times();
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var study = bench.Source[First + i];
            ids.Add(study.Id);
            var resource = bench.Resources.Of(study);
            await using (var batch = await WriteBatch.BeginAsync(bench.Database, new IndexExtractor(StudyZone), [study.Uid], CancellationToken.None))
            {
                await batch.WriteAsync([new ResourceWrite(ServedType.ImagingStudy, study.Id, MappedJson.Write(resource), resource, Origin.Import, ConformanceState.Unchecked)], CancellationToken.None);
                await batch.CommitAsync(CancellationToken.None);
            }

            var committed = Stopwatch.GetTimestamp();
            while (await client.CountAsync("_id=" + study.Id) == 0) await Task.Delay(10);
            times.Add(Stopwatch.GetElapsedTime(committed).TotalMilliseconds);
            await Task.Delay(37 * (i % 13));        // not in step with the fold's look
        }

        await BulkLoad.DeleteAsync(bench.Database, ServedType.ImagingStudy, ids, Origin.Import);
        return [new Row("", "a new study is found after its commit", "POST ImagingStudy/_search _id=ID&_summary=count, every 10 ms", count, times.Median, times.P95, Goal: "p95 under 1,500 ms", Met: times.P95 < 1500)];
    }

    static TimeZoneInfo StudyZone => Data.StudyResource.Zone;
}
