using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>The CapabilityStatement, made from the tables of types and search parameters: equal for all copies of the facade.</summary>
static class MetadataInteraction
{
    const string Module = "https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/";
    const string ModuleVersion = "2026.0.0";

    // Of the statement, not of the process: the same program says the same.
    const string Released = "2026-11-24";

    static readonly Dictionary<ServedType, string> Profiles = new()
    {
        [ServedType.ImagingStudy] = "mii-pr-bildgebung-bildgebungsstudie",
        [ServedType.Device] = "mii-pr-bildgebung-geraet",
        [ServedType.MedicationAdministration] = "mii-pr-bildgebung-kontrastmittelgabe",
    };

    static readonly JsonSerializerOptions Writing = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector);

    public static FhirAnswer Answer(FhirCall call)
    {
        var statement = JsonSerializer.SerializeToUtf8Bytes<Resource>(Build(call.Base), Writing);
        var etag = $"W/\"{Convert.ToHexStringLower(SHA256.HashData(statement))[..16]}\"";
        return call.Conditions.NotModified(etag, null) ? new FhirAnswer(304, default) { ETag = etag } : new FhirAnswer(200, statement) { ETag = etag };
    }

    internal static CapabilityStatement Build(Uri fhirBase) => new()
    {
        Status = PublicationStatus.Active,
        Date = Released,
        Kind = CapabilityStatementKind.Instance,
        Software = new CapabilityStatement.SoftwareComponent { Name = "Dicom2Fhir", Version = typeof(MetadataInteraction).Assembly.GetName().Version!.ToString(3) },
        Implementation = new CapabilityStatement.ImplementationComponent { Description = "ImagingStudy of the MII core data set, read from DICOM headers", Url = RequestBase.Text(fhirBase) },
        FhirVersion = FHIRVersion.N4_0_1,
        Format = ["json", "xml"],
        Rest =
        [
            new CapabilityStatement.RestComponent
            {
                Mode = CapabilityStatement.RestfulCapabilityMode.Server,
                Documentation = "Read and search only. Unknown search parameters are refused unless Prefer: handling=lenient is sent.",
                Resource = [.. ServedType.All.Select(Resource)],
            },
        ],
    };

    static CapabilityStatement.ResourceComponent Resource(ServedType type) => new()
    {
        Type = type.Name,
        SupportedProfile = Profiles.TryGetValue(type, out var profile) ? [$"{Module}StructureDefinition/{profile}|{ModuleVersion}"] : [],
        Interaction =
        [
            new CapabilityStatement.ResourceInteractionComponent { Code = CapabilityStatement.TypeRestfulInteraction.Read },
            new CapabilityStatement.ResourceInteractionComponent { Code = CapabilityStatement.TypeRestfulInteraction.SearchType },
        ],
        Versioning = CapabilityStatement.ResourceVersionPolicy.Versioned,
        ReadHistory = false,
        UpdateCreate = false,
        ConditionalRead = CapabilityStatement.ConditionalReadStatus.FullSupport,
        SearchParam = [.. SearchParameters.Of(type).Select(Parameter)],
    };

    static CapabilityStatement.SearchParamComponent Parameter(Store.Search.SearchParameter parameter) => new()
    {
        Name = parameter.Name,
        Definition = parameter.Definition,
        Type = parameter.Kind switch
        {
            SearchKind.Token => SearchParamType.Token,
            SearchKind.Uri => SearchParamType.Uri,
            SearchKind.Date => SearchParamType.Date,
            SearchKind.Reference => SearchParamType.Reference,
            SearchKind.Number => SearchParamType.Number,
            SearchKind.Quantity => SearchParamType.Quantity,
            SearchKind.Text => SearchParamType.String,
            SearchKind.Composite => SearchParamType.Composite,
            _ => throw new UnreachableException(),
        },
        DocumentationElement = new Markdown(
            parameter.Documentation
            + (parameter.Names.Count > 1 ? $" Also as {string.Join(", ", parameter.Names.Skip(1))}." : "")
            + (Modifiers.Of(parameter) is { Count: > 0 } modifiers ? $" Modifiers: {string.Join(" ", modifiers.Select(word => ":" + word))}." : "")),
    };
}
