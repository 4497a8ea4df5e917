using Dicom2Fhir.PostgresTests.Store;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Task = System.Threading.Tasks.Task;

namespace Dicom2Fhir.PostgresTests.Search;

/// <summary>What only the database can refuse, and what a composite of one series counts.</summary>
public sealed class StoredTypesTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static readonly QueryContext Context = new(TimeZoneInfo.Utc, [new Uri("http://server.example/fhir")]);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("contrast-bolus-details.code=V08AB02", "MedicationAdministration")]
    [InlineData("patient.identifier=x", "Patient")]
    [InlineData("performer:Device.manufacturer=x", "Device")]
    [InlineData("_has:Observation:derived-from:code=x", "Observation")]
    [InlineData("basedon:ServiceRequest.patient.identifier=x", "ServiceRequest")]
    [InlineData("_include=ImagingStudy:performer", "Device")]
    [InlineData("_revinclude=Observation:derived-from", "Observation")]
    public async Task What_was_never_stored_is_refused_not_counted_as_nothing(string query, string type)
    {
        await new Stock(database.Owner).WriteAsync(Stock.Study("a"));
        var parts = query.Split('=');
        var parsed = QueryStringParser.Parse(ServedType.ImagingStudy, [KeyValuePair.Create(parts[0], parts[1])], Context);
        Assert.Empty(parsed.Problems);
        var executor = new SearchExecutor(database.Facade, TimeZoneInfo.Utc);

        var problem = (await executor.PageAsync(parsed.Request, null, 10, 1_000_000, TotalMode.Cheap, Cancelled)).Problem;

        Assert.Equal((QueryProblemKind.NotSupported, false), (problem!.Kind, problem.Ignorable));
        Assert.Contains(type, problem.Text, StringComparison.Ordinal);
        Assert.Equal(problem, (await executor.CountAsync(parsed.Request, Cancelled)).Problem);
        Assert.Equal(problem, (await executor.ExplainAsync(parsed.Request, Cancelled)).Problem);
    }

    [Theory]
    [InlineData("modality=CT&series-bodysite=51185008&contrast-bolus=true", 3, "of any series each")]
    [InlineData("series-modality-bodysite-contrast=CT$51185008$true", 1, "of one series")]
    [InlineData("series-modality-contrast=CT$true", 2, "contrast in a CT")]
    [InlineData("series-bodysite-contrast=51185008$true", 2, "contrast in the chest")]
    [InlineData("series-modality-contrast=CT$true,MR$true", 3, "alternatives")]
    public async Task Composites_of_one_series_count_what_the_documentation_says(string query, int count, string reason)
    {
        await WriteAsync(
            ("x1", [("CT", "51185008", true)]),
            ("x2", [("CT", "51185008", false), ("CT", "818981001", true)]),
            ("x3", [("MR", "51185008", true), ("CT", "69536005", null)]));
        var parsed = QueryStringParser.Parse(ServedType.ImagingStudy, [.. query.Split('&').Select(one => one.Split('=')).Select(one => KeyValuePair.Create(one[0], one[1])), KeyValuePair.Create("_id", "x1,x2,x3")], Context);

        Assert.True((await new SearchExecutor(database.Facade, TimeZoneInfo.Utc).CountAsync(parsed.Request, Cancelled)).Total == count, reason);
    }

    async Task WriteAsync(params (string Id, (string Modality, string Site, bool? Contrast)[] Series)[] studies)
    {
        await new Stock(database.Owner).WriteAsync([.. studies.Select(study => Write(new ImagingStudy
        {
            Id = study.Id, Status = ImagingStudy.ImagingStudyStatus.Available, Subject = new ResourceReference("Patient/p"),
            Series = [.. study.Series.Select(series => new ImagingStudy.SeriesComponent
            {
                Uid = "1", Modality = new Coding("http://dicom.nema.org/resources/ontology/DCM", series.Modality), BodySite = new Coding("http://snomed.info/sct", series.Site),
                Extension = series.Contrast is { } given ? [new Extension { Url = Contrast, Extension = [new Extension("contrastBolus", new FhirBoolean(given))] }] : [],
            })],
        }))]);
        await new Folder(database.Owner).FoldAllAsync(Cancelled);
    }

    const string Contrast = "https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/StructureDefinition/mii-ex-bildgebung-kontrastmittel";

    static ResourceWrite Write(ImagingStudy study) => new(ServedType.ImagingStudy, study.Id!, SearchPropertyTests.Write(study), study, Origin.Index, ConformanceState.Unchecked);
}
