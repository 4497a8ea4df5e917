namespace Dicom2Fhir.Store.Search;

/// <summary>The patient compartment of R4: the parameters by which a resource of a type is in it.</summary>
static class Compartments
{
    static readonly Dictionary<ServedType, string[]> Members = new()
    {
        [ServedType.ImagingStudy] = ["subject"],
        [ServedType.MedicationAdministration] = ["subject"],
        [ServedType.Procedure] = ["subject"],
        [ServedType.ServiceRequest] = ["subject", "requester"],
        [ServedType.DiagnosticReport] = ["subject"],
        [ServedType.Observation] = ["subject"],
        [ServedType.BodyStructure] = ["patient"],
        [ServedType.CarePlan] = ["subject"],
        [ServedType.Composition] = ["subject", "author"],
        [ServedType.Patient] = [],
    };

    /// <summary>Null for a type that is in no patient's compartment.</summary>
    public static CompartmentCriterion? Of(ServedType type, string patientId, QueryContext context)
    {
        if (!Members.TryGetValue(type, out var names)) return null;
        var value = new ReferenceValue(patientId, SearchValues.Forms("Patient/" + patientId, context));
        return new CompartmentCriterion(
            SearchParameters.Find(type, "_id")!, patientId, [.. names.Select(name => new ReferenceCriterion(SearchParameters.Find(type, name)!, name, [value], null))]);
    }
}
