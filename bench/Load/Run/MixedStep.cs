using System.Diagnostics;
using System.Globalization;
using Dicom2Fhir.Load.Data;

namespace Dicom2Fhir.Load.Run;

/// <summary>Twenty criteria over 32 connections, as a portal with FLARE asks: each search by POST, its pages by link, a few pages deep.</summary>
static class MixedStep
{
    const int Connections = 32;
    const int DeepestPage = 4;

    public static async Task<IReadOnlyList<Row>> RunAsync(Bench bench)
    {
        await bench.FacadeAsync();
        var times = new Times();
        var errors = new List<string>();
        var span = TimeSpan.FromSeconds(bench.Options.Quick ? 5 : 60);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async number =>
        {
            using var client = new SearchClient(bench.FhirBase);
            for (var round = 0; clock.Elapsed < span; round++)
            {
                try
                {
                    await SearchAsync(client, Criterion.All[((number * 7) + round) % Criterion.All.Count], times);
                }
                catch (HttpRequestException exception)
                {
                    lock (errors) errors.Add(exception.Message);
                }
            }
        }));
        return
        [
            new Row(
                "", "20 criteria over 32 connections, pages of 500", "POST ImagingStudy/_search ...&_elements=subject&_count=500, then up to 3 link next", times.Count, times.Median, times.P95,
                times.Count / clock.Elapsed.TotalSeconds, Goal: "no error, p95 under 250 ms", Met: errors.Count == 0 && times.P95 < 250,
                Note: string.Create(CultureInfo.InvariantCulture, $"slowest {times.Most:0} ms; {errors.Count} errors{(errors.Count > 0 ? ", first: " + errors[0] : "")}")),
        ];
    }

    static async Task SearchAsync(SearchClient client, Criterion criterion, Times times)
    {
        string? next = null;
        for (var page = 0; page < DeepestPage; page++)
        {
            var one = Stopwatch.GetTimestamp();
            next = page == 0 ? await client.FirstAsync(criterion.Query + "&_elements=subject&_count=500") : await client.FollowAsync(next!);
            times.Add(Stopwatch.GetElapsedTime(one).TotalMilliseconds);
            if (next is null) return;
        }
    }
}
