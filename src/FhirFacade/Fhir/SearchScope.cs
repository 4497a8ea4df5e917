using System.Globalization;
using Dicom2Fhir.Store;
using Dicom2Fhir.Store.Search;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.FhirFacade.Fhir;

/// <summary>Where is searched: a type, the compartment of a patient in it, or all types.</summary>
/// <param name="Type">Null: all, or those of _type.</param>
/// <param name="Patient">Id of the compartment; null: everywhere.</param>
sealed record SearchScope(ServedType? Type, string? Patient)
{
    // Page links show no patient: the compartment travels in their token.
    const string PatientParameter = "__patient";

    public string TypeName => Type?.Name ?? "";

    /// <summary>The path below the base that pages of the scope have.</summary>
    public string PagePath => TypeName;

    string Path => Patient is null ? TypeName : $"Patient/{Uri.EscapeDataString(Patient)}/{TypeName}";

    /// <exception cref="FhirErrorException">The type is not served.</exception>
    public static SearchScope Of(string? typeName, string? patient)
    {
        if (typeName is null) return new SearchScope(null, null);
        if (ServedType.Find(typeName) is { } type) return new SearchScope(type, patient);
        throw new FhirErrorException(ModelInfo.SupportedResources.Contains(typeName) ? FhirErrors.TypeNotSearched(typeName) : FhirErrors.UnknownType(typeName));
    }

    /// <summary>The scope of a page, and its query.</summary>
    public (SearchScope Scope, IReadOnlyList<KeyValuePair<string, string>> Query) Open(PageState state) =>
        (this with { Patient = state.Query.FirstOrDefault(pair => pair.Key == PatientParameter).Value }, [.. state.Query.Where(pair => pair.Key != PatientParameter)]);

    public PageState Close(IReadOnlyList<KeyValuePair<string, string>> query, PagePosition position) =>
        new(TypeName, Patient is null ? query : [.. query, KeyValuePair.Create(PatientParameter, Patient)], position);

    public ParsedQuery Parse(IReadOnlyList<KeyValuePair<string, string>> criteria, QueryContext context) =>
        Type is null ? QueryStringParser.ParseSystem(criteria, context)
        : Patient is null ? QueryStringParser.Parse(Type, criteria, context)
        : QueryStringParser.ParseCompartment(Patient, Type, criteria, context);

    public string Link(Uri fhirBase, string query) => Link(fhirBase, Path, query);

    public string PageLink(Uri fhirBase, string query) => Link(fhirBase, PagePath, query);

    static string Link(Uri fhirBase, string path, string query) =>
        string.Create(CultureInfo.InvariantCulture, $"{RequestBase.Text(fhirBase)}{(path.Length > 0 ? "/" : "")}{path}{(query.Length > 0 ? "?" : "")}{query}");
}
