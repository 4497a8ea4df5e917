using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Dicom2Fhir.FhirFacade.Conformance;
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
    const string Hl7 = "http://hl7.org/fhir/SearchParameter/";

    /// <summary>Of the statement, not of the process: the same program says the same.</summary>
    const string Released = "2026-11-24";

    static string Version { get; } = typeof(MetadataInteraction).Assembly.GetName().Version!.ToString(3);

    // The module's own statement names version 2025.0.0 of them, an oversight of the package.
    static readonly Dictionary<ServedType, string[]> Profiles = new()
    {
        [ServedType.ImagingStudy] = ["bildgebungsstudie"],
        [ServedType.Device] = ["geraet"],
        [ServedType.MedicationAdministration] = ["kontrastmittelgabe"],
        [ServedType.Procedure] = ["bildgebungsprozedur", "radiologische-befundungsprozedur"],
        [ServedType.ServiceRequest] = ["anforderung-bildgebung"],
        [ServedType.DiagnosticReport] = ["radiologischer-befund"],
        [ServedType.Observation] = ["radiologische-beobachtung"],
        [ServedType.BodyStructure] = ["koerperstruktur"],
        [ServedType.CarePlan] = ["behandlungsempfehlung"],
        [ServedType.Composition] = ["semistrukt-befundbericht"],
    };

    static readonly JsonSerializerOptions Writing = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector);

    /// <param name="countsOnly">Without the parameters over instances.</param>
    public static FhirAnswer Answer(FhirCall call, bool countsOnly)
    {
        var statement = JsonSerializer.SerializeToUtf8Bytes<Resource>(Build(call.Base, countsOnly), Writing);
        var etag = $"W/\"{Convert.ToHexStringLower(SHA256.HashData(statement))[..16]}\"";
        return call.Conditions.NotModified(etag, null) ? new FhirAnswer(304, default) { ETag = etag } : new FhirAnswer(200, statement) { ETag = etag };
    }

    internal static CapabilityStatement Build(Uri fhirBase, bool countsOnly = false) => new()
    {
        Url = $"{RequestBase.Text(fhirBase)}/metadata",
        Version = Version,
        Name = "Dicom2Fhir",
        Title = "Dicom2Fhir: imaging studies of the MII core data set",
        Status = PublicationStatus.Active,
        Date = Released,
        Kind = CapabilityStatementKind.Instance,
        Instantiates = [$"{Module}CapabilityStatement/metadata|{ModuleVersion}"],
        Software = new CapabilityStatement.SoftwareComponent { Name = "Dicom2Fhir", Version = Version },
        Implementation = new CapabilityStatement.ImplementationComponent { Description = "ImagingStudy of the MII core data set, read from DICOM headers", Url = RequestBase.Text(fhirBase) },
        FhirVersion = FHIRVersion.N4_0_1,
        Format = ["json", "xml"],
        Rest =
        [
            new CapabilityStatement.RestComponent
            {
                Mode = CapabilityStatement.RestfulCapabilityMode.Server,
                Documentation = "Read and search only. Unknown search parameters are refused unless Prefer: handling=lenient is sent. Bodies are JSON; answers are JSON or XML.",
                Resource = [.. ServedType.All.Select(type => Resource(type, countsOnly)), .. DefinitionInteraction.Parameters.Select(pair => DefinitionsOf(pair.Key, pair.Value))],
                Interaction =
                [
                    new CapabilityStatement.SystemInteractionComponent { Code = CapabilityStatement.SystemRestfulInteraction.Batch },
                    new CapabilityStatement.SystemInteractionComponent { Code = CapabilityStatement.SystemRestfulInteraction.Transaction, Documentation = "Of reads and searches alone." },
                    new CapabilityStatement.SystemInteractionComponent { Code = CapabilityStatement.SystemRestfulInteraction.SearchSystem },
                ],
                SearchParam = [.. SearchParameters.Of(ServedType.ImagingStudy).Where(parameter => parameter.Name.StartsWith('_')).Select(Parameter)],
                Operation =
                [
                    new CapabilityStatement.OperationComponent
                    {
                        Name = ConformanceOperation.Definition.Code, Definition = ConformanceOperation.Definition.Url, Documentation = ConformanceOperation.Definition.Description,
                    },
                ],
                Compartment = ["http://hl7.org/fhir/CompartmentDefinition/patient"],
            },
        ],
    };

    static CapabilityStatement.ResourceComponent Resource(ServedType type, bool countsOnly) => new()
    {
        Type = type.Name,
        SupportedProfile = Profiles.TryGetValue(type, out var profiles) ? [.. profiles.Select(profile => $"{Module}StructureDefinition/mii-pr-bildgebung-{profile}|{ModuleVersion}")] : [],
        Interaction = Reading(),
        Versioning = CapabilityStatement.ResourceVersionPolicy.Versioned,
        ReadHistory = false,
        UpdateCreate = false,
        ConditionalRead = CapabilityStatement.ConditionalReadStatus.FullSupport,
        SearchInclude = ["*", .. References(type).Select(parameter => $"{type.Name}:{parameter.Name}")],
        SearchRevInclude = [.. ServedType.All.SelectMany(source => References(source).Where(parameter => parameter.Targets.Count == 0 || parameter.Targets.Contains(type.Name)).Select(parameter => $"{source.Name}:{parameter.Name}"))],
        Operation = [new CapabilityStatement.OperationComponent { Name = "validate", Definition = "http://hl7.org/fhir/OperationDefinition/Resource-validate" }],
        SearchParam = [.. SearchParameters.Of(type).Where(parameter => !(countsOnly && parameter.IsOfInstances)).Select(Parameter)],
    };

    static CapabilityStatement.ResourceComponent DefinitionsOf(string type, IReadOnlyList<string> parameters) => new()
    {
        Type = type,
        Documentation = type switch
        {
            "OperationDefinition" => "The operations that are this server's own.",
            "SearchParameter" => "The parameters that are this server's own, and those of the packages its site loaded, as published.",
            _ => "Those of the packages the site loaded, as published.",
        },
        Interaction = Reading(),
        ConditionalRead = CapabilityStatement.ConditionalReadStatus.NotMatch,
        SearchParam = [.. parameters.Select(DefinitionParameter)],
    };

    static CapabilityStatement.SearchParamComponent DefinitionParameter(string name) => new()
    {
        Name = name,
        Type = name switch { "url" => SearchParamType.Uri, "name" => SearchParamType.String, _ => SearchParamType.Token },
        Definition = Hl7 + name switch { "_id" => "Resource-id", "code" or "base" or "type" => $"SearchParameter-{name}", _ => $"conformance-{name}" },
        Documentation = "Equal to one of the values." + name switch { "name" => " Names begin with the value.", "url" => " A value may be followed by | and the version.", _ => "" },
    };

    static List<CapabilityStatement.ResourceInteractionComponent> Reading() =>
    [
        new CapabilityStatement.ResourceInteractionComponent { Code = CapabilityStatement.TypeRestfulInteraction.Read },
        new CapabilityStatement.ResourceInteractionComponent { Code = CapabilityStatement.TypeRestfulInteraction.SearchType },
    ];

    static IEnumerable<Store.Search.SearchParameter> References(ServedType type) => SearchParameters.Of(type).Where(parameter => parameter.Kind == SearchKind.Reference);

    static CapabilityStatement.SearchParamComponent Parameter(Store.Search.SearchParameter parameter) => new()
    {
        Name = parameter.Name,
        Definition = parameter.Definition,
        Type = TypeOf(parameter.Kind),
        DocumentationElement = new Markdown(
            parameter.Documentation
            + (parameter.Names.Count > 1 ? $" Also as {string.Join(", ", parameter.Names.Skip(1))}." : "")
            + (Modifiers.Of(parameter) is { Count: > 0 } modifiers ? $" Modifiers: {string.Join(" ", modifiers.Select(word => ":" + word))}." : "")),
    };

    static SearchParamType TypeOf(SearchKind kind) => kind switch
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
    };
}
