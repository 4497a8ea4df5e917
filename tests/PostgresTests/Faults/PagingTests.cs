using Dicom2Fhir.PostgresTests.FhirFacade;

namespace Dicom2Fhir.PostgresTests.Faults;

/// <summary>Pages read while studies come and go.</summary>
public sealed class PagingTests(Hospital hospital) : IClassFixture<Hospital>
{
    [Fact]
    public async Task Every_study_that_existed_throughout_appears_exactly_once()
    {
        var changes = Faults.Bounded(ci: 600, full: 10_000);
        var stable = Enumerable.Range(0, Hospital.Studies).Select(Hospital.Id).ToHashSet();
        using var done = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var changing = Task.Run(async () =>
        {
            for (var first = 100_000; first < 100_000 + changes; first += 100)
            {
                await hospital.WriteAsync(Enumerable.Range(first, 100).Select(Hospital.Study));
                for (var number = first; number < first + 100; number += 2) await hospital.DeleteAsync(Hospital.Id(number));
            }

            await done.CancelAsync();
        }, done.Token);

        var walks = 0;
        while (!done.IsCancellationRequested || walks == 0)
        {
            var seen = new List<string>();
            for (var page = "/fhir/ImagingStudy?_count=37"; page is not null;)
            {
                var bundle = await hospital.Client.SearchAsync(page);
                seen.AddRange(bundle.Entry.Select(entry => entry.Resource!.Id!));
                page = bundle.NextLink?.PathAndQuery;
            }

            Assert.Equal(seen.Count, seen.Distinct().Count());
            Assert.Empty(stable.Except(seen));
            walks++;
        }

        await changing;
        Assert.True(walks > 0);
    }
}
