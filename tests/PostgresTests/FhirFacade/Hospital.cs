using System.Globalization;
using System.Text.Json;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace Dicom2Fhir.PostgresTests.FhirFacade;

/// <summary>A data folder with 1,200 studies (half CT, half MR; 100 patients) and a facade on it.</summary>
public sealed class Hospital : IAsyncLifetime
{
    public const int Studies = 1_200;

    /// <summary>The profile every study claims, in version 2026.0.0.</summary>
    public const string Canonical = "https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/StructureDefinition/mii-pr-bildgebung-bildgebungsstudie";

    static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    static readonly JsonSerializerOptions Reading = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector);

    readonly string folder = Directory.CreateTempSubdirectory("d2f-facade-").FullName;
    StoreConnection? store;
    FacadeProcess? facade;

    public string Folder => folder;

    internal StoreConnection Store => store!;

    internal FacadeProcess Facade => facade!;

    internal HttpClient Client => Facade.Client;

    public async ValueTask InitializeAsync()
    {
        store = await StoreConnection.OpenForWritingAsync(folder, null, Berlin, CancellationToken.None);
        await WriteAsync(Enumerable.Range(0, Studies).Select(Study));
        facade = FacadeProcess.Start(["--data", folder]);
        await facade.ReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (facade is not null) await facade.DisposeAsync();
        if (store is not null) await store.DisposeAsync();
        DataFolder.Delete(folder);
    }

    public static string Id(int number) => string.Create(CultureInfo.InvariantCulture, $"s{number}");

    /// <summary>Stores resources; folded when it returns, unless the facade is to do that.</summary>
    public async System.Threading.Tasks.Task WriteAsync(IEnumerable<string> studies, bool fold = true)
    {
        await using (var batch = await WriteBatch.BeginAsync(Store.Database, new IndexExtractor(Berlin), [], CancellationToken.None))
        {
            await batch.WriteAsync([.. studies.Select(Write)], CancellationToken.None);
            await batch.CommitAsync(CancellationToken.None);
        }

        if (fold) await new Folder(Store.Database).FoldAllAsync(CancellationToken.None);
    }

    public async System.Threading.Tasks.Task DeleteAsync(string id)
    {
        await using (var batch = await WriteBatch.BeginAsync(Store.Database, new IndexExtractor(Berlin), [], CancellationToken.None))
        {
            await batch.DeleteAsync(ServedType.ImagingStudy, [id], Origin.Import, CancellationToken.None);
            await batch.CommitAsync(CancellationToken.None);
        }

        await new Folder(Store.Database).FoldAllAsync(CancellationToken.None);
    }

    public static string Study(int number) => Study(Id(number), number % 2 == 0 ? "CT" : "MR", $"p{number % 100}");

    /// <summary>The decimal 4.00 must come back as it is.</summary>
    public static string Study(string id, string modality, string patient) =>
        $$$"""
        {"resourceType":"ImagingStudy","id":"{{{id}}}","meta":{"profile":["{{{Canonical}}}|2026.0.0"]},"extension":[{"url":"http://fhir.example/dose","valueDecimal":4.00}],"status":"available",
        "subject":{"reference":"Patient/{{{patient}}}"},"started":"2024-03-05T10:11:12+01:00","series":[{"uid":"1.2.{{{id[1..]}}}","modality":{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"{{{modality}}}"},
        "bodySite":{"system":"http://snomed.info/sct","code":"51185008","display":"Schädel"},"instance":[{"uid":"1.2.{{{id[1..]}}}.1","sopClass":{"system":"urn:ietf:rfc:3986","code":"urn:oid:1.2.840.10008.5.1.4.1.1.2"}}]}]}
        """;

    static ResourceWrite Write(string json)
    {
        var resource = JsonSerializer.Deserialize<Resource>(json, Reading)!;
        return new ResourceWrite(ServedType.Find(resource.TypeName)!, resource.Id!, json, resource, Origin.Import, ConformanceState.Unchecked);
    }
}
