using System.Text.Json;
using Dicom2Fhir.PostgresTests.Search;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Dicom2Fhir.UnitTests.Conformance;
using Hl7.Fhir.FhirPath;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Parameter = Dicom2Fhir.Store.Search.SearchParameter;

namespace Dicom2Fhir.UnitTests.Store.Search;

/// <summary>The official definitions, evaluated by the SDK, and the rows of the table find the same values in the examples and in random resources.</summary>
public sealed class OfficialDefinitionsTests
{
    const string SupportingInfo = "http://hl7.org/fhir/StructureDefinition/workflow-supportingInfo";

    static readonly JsonSerializerOptions Reading = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector).UsingMode(DeserializationMode.Ostrich);

    /// <summary>The defective published expressions as they are meant (facts: mii-bildgebung section 9): type and name of the parameter, what is read instead.</summary>
    static readonly Dictionary<(string, string), string> Meant = new()
    {
        [("ImagingStudy", "ultrasound-color")] = "ImagingStudy.series.extension('https://www.medizininformatik-initiative.de/fhir/ext/modul-bildgebung/StructureDefinition/mii-ex-bildgebung-modalitaet-us').extension('ultrasoundColor').value",
        [("DiagnosticReport", "supporting-info")] = $"DiagnosticReport.extension('{SupportingInfo}').value",
        [("Observation", "body-structure")] = "Observation.bodySite.extension('http://hl7.org/fhir/StructureDefinition/bodySite').value",
    };

    // Of components: element names and type names written in the wrong case.
    static readonly Dictionary<string, string> MeantParts = new()
    {
        ["bodysite"] = "bodySite", ["value.as(DateTime) | value.as(Period)"] = "value.as(dateTime) | value.as(Period)",
    };

    sealed record Official(string Type, string Name, string Definition);

    static string Folder => Path.Combine(Repository.Shared!, "mii");

    static readonly Lazy<Dictionary<string, Hl7.Fhir.Model.SearchParameter>> Definitions = new(() =>
        Directory.EnumerateFiles(Path.Combine(Folder, "searchparameters"), "*.json", SearchOption.AllDirectories).Select(Read<Hl7.Fhir.Model.SearchParameter>).ToDictionary(one => one.Url!));

    static readonly Lazy<List<Official>> Statement = new(() =>
    [
        .. Read<CapabilityStatement>(Directory.GetFiles(Path.Combine(Folder, "bildgebung-2026.0.0"), "CapabilityStatement-*.json").Single()).Rest[0].Resource
            .SelectMany(resource => resource.SearchParam.Select(one => new Official(resource.TypeElement.JsonValue!.ToString()!, one.Name!, one.Definition!.Split('|')[0]))),
    ]);

    static readonly Lazy<List<Resource>> Resources = new(() =>
    {
        var random = new RandomResources(new Random(7));
        return
        [
            .. Directory.EnumerateFiles(Path.Combine(Folder, "examples"), "*.json", SearchOption.AllDirectories).Select(Read<Resource>)
                .SelectMany(one => one is Bundle bundle ? bundle.Entry.Select(entry => entry.Resource!) : [one]).Where(one => ServedType.Find(one.TypeName) is not null),
            .. ServedType.All.SelectMany(type => Enumerable.Range(0, 60).Select(number => random.Next(type.Name, RandomResources.IdOf(type.Name, number)))),
        ];
    });

    [Fact]
    public void Every_parameter_of_the_statement_is_served_under_all_its_names()
    {
        Shared.Require();

        Assert.Equal(185, Statement.Value.Count);
        Assert.All(Statement.Value, official =>
        {
            var type = ServedType.Find(official.Type)!;
            var parameter = SearchParameters.Find(type, official.Name);
            Assert.True(parameter is not null, $"{official.Type} has no {official.Name}");
            Assert.Equal(official.Definition, parameter!.Definition);
            Assert.Same(parameter, SearchParameters.Find(type, Definitions.Value[official.Definition].Code!));
            Assert.Equal(Definitions.Value[official.Definition].Type, Type(parameter.Kind));
        });
    }

    [Fact]
    public void Base_parameters_of_the_study_are_served() => Assert.All(
        Served().Where(pair => pair.Parameter.Type == ServedType.ImagingStudy), pair => Assert.Equal(pair.Official.Type, Type(pair.Parameter.Kind)));

    [Fact]
    public void Rows_find_what_the_expressions_find()
    {
        var context = new FhirEvaluationContext { ElementResolver = Resolve };
        var compared = 0;
        foreach (var (parameter, official) in Served().Where(pair => pair.Parameter.Name is not ("_id" or "_lastUpdated")))
        {
            foreach (var resource in Resources.Value.Where(resource => resource.TypeName == parameter.Type.Name))
            {
                var expected = Expected(parameter, official, resource, context).Order(StringComparer.Ordinal).Distinct().ToList();
                var actual = Texts(parameter, parameter.Values(resource)).Order(StringComparer.Ordinal).Distinct().ToList();
                Assert.True(expected.SequenceEqual(actual), $"{parameter.Type.Name} {parameter.Name} in {resource.Id}: expected [{string.Join("; ", expected)}], found [{string.Join("; ", actual)}]");
                compared += Math.Min(1, expected.Count);
            }
        }

        Assert.InRange(compared, 4_000, int.MaxValue);
    }

    [Fact]
    public void Every_row_with_an_official_definition_has_values_to_compare() => Assert.All(
        Served(), pair => Assert.Contains(Resources.Value, resource => resource.TypeName == pair.Parameter.Type.Name && (pair.Parameter.Name == "_lastUpdated" || pair.Parameter.Values(resource).Any())));

    static IEnumerable<(Parameter Parameter, Hl7.Fhir.Model.SearchParameter Official)> Served()
    {
        Shared.Require();
        return SearchParameters.All.Where(parameter => Definitions.Value.ContainsKey(parameter.Definition)).Select(parameter => (parameter, Definitions.Value[parameter.Definition]));
    }

    static IEnumerable<string> Expected(Parameter parameter, Hl7.Fhir.Model.SearchParameter official, Resource resource, FhirEvaluationContext context)
    {
        if (parameter.Kind == SearchKind.Composite)
        {
            var tuples = new List<IndexValue>();
            foreach (var element in resource.Select(official.Expression!, context))
                ElementValues.AddTuples([.. official.Component.Select(part => element!.Select(MeantParts.GetValueOrDefault(part.Expression!, part.Expression!), context))], parameter.Parts, tuples);
            return Texts(parameter, tuples);
        }

        var expression = Meant.GetValueOrDefault((parameter.Type.Name, parameter.Name), official.Expression!);
        var values = new List<IndexValue>();
        foreach (var element in resource.Select(expression, context)) ElementValues.Add(element, parameter.Kind, values);
        return Texts(parameter, values);
    }

    // A reference by identifier alone resolves to nothing; it counts as one to a patient where it may be one.
    static IEnumerable<string> Texts(Parameter parameter, IEnumerable<IndexValue> values) =>
        values.Where(value => parameter.Name != "patient" || value is not (IndexValue.Logical or IndexValue.Present))
            .Select(value => value is IndexValue.Tuple tuple ? string.Join(" $ ", tuple.Parts) : value.ToString());

    // A resource of the type the reference names stands in for what it refers to.
    static PocoNode? Resolve(string reference)
    {
        var parts = reference.Split("/_history/")[0].Split('/');
        return parts.Length > 1 && ModelInfo.GetTypeForFhirType(parts[^2]) is { } type ? ((Resource)Activator.CreateInstance(type)!).ToPocoNode(ModelInfo.ModelInspector) : null;
    }

    static SearchParamType Type(SearchKind kind) => kind switch
    {
        SearchKind.Text => SearchParamType.String,
        SearchKind.Token => SearchParamType.Token,
        SearchKind.Uri => SearchParamType.Uri,
        SearchKind.Date => SearchParamType.Date,
        SearchKind.Reference => SearchParamType.Reference,
        SearchKind.Number => SearchParamType.Number,
        SearchKind.Quantity => SearchParamType.Quantity,
        _ => SearchParamType.Composite,
    };

    static T Read<T>(string file)
        where T : Resource => (T)JsonSerializer.Deserialize<Resource>(File.ReadAllText(file), Reading)!;
}
