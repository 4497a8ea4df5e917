using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance.Base;

/// <summary>The invariants of the R4 types, as code; tests compare them with the SDK's FHIRPath evaluator.</summary>
static class BaseInvariants
{
    const string Ucum = "http://unitsofmeasure.org";

    public static Action<Hl7.Fhir.Model.Base, Run>? Of(Type type)
    {
        if (type == typeof(Extension)) return Extension;
        if (type == typeof(Period)) return Period;
        if (type == typeof(Ratio)) return Ratio;
        if (type == typeof(Hl7.Fhir.Model.Range)) return Range;
        if (type == typeof(ContactPoint)) return ContactPoint;
        if (type == typeof(Attachment)) return Attachment;
        if (type == typeof(MedicationAdministration.DosageComponent)) return AdministrationDosage;
        if (typeof(Quantity).IsAssignableFrom(type)) return Quantity;
        return TypeInvariants.Of(type);
    }

    static void Extension(Hl7.Fhir.Model.Base it, Run run)
    {
        if (Has(it, "extension") == Has(it, "value"))
            run.Error("invariant", "ext-1", "An extension has either a value or extensions, not both and not neither.");
    }

    static void Period(Hl7.Fhir.Model.Base it, Run run)
    {
        if (Text(it, "start") is { } start && Text(it, "end") is { } end && DateOrder.IsAfter(start, end))
            run.Error("invariant", "per-1", "The start of a period is not after its end.");
    }

    static void Quantity(Hl7.Fhir.Model.Base it, Run run)
    {
        if (Has(it, "code") && !Has(it, "system"))
            run.Error("invariant", "qty-3", "A quantity with a code of the unit names the system of the code.");
        if (run.Top.Element is { SimpleQuantity: true } && Has(it, "comparator"))
            run.Error("invariant", "sqty-1", "A simple quantity has no comparator.");
        if (it is Age or Duration or Distance or Count) UnitOf(it, run);
    }

    // age-1, drt-1, dis-1 and cnt-3: a value has a code, and the system of codes is UCUM; an age is positive, a count whole and of the unit 1.
    // A duration may go without a code; with one it has UCUM and a value.
    static void UnitOf(Hl7.Fhir.Model.Base it, Run run)
    {
        var (rule, value) = (it switch { Age => "age-1", Duration => "drt-1", Distance => "dis-1", _ => "cnt-3" }, (it as Quantity)!.Value);
        var system = Text(it, "system");
        var hasUnit = it is Duration
            ? !Has(it, "code") || (system == Ucum && Has(it, "value"))
            : (Has(it, "code") || !Has(it, "value")) && (system is null || system == Ucum);
        var isInRange = it switch
        {
            Age => value is null or > 0,
            Count => (Text(it, "code") ?? "1") == "1" && (value is null || value.Value.Scale == 0),
            _ => true,
        };
        if (!hasUnit || !isInRange) run.Error("invariant", rule, $"A {it.TypeName} has a UCUM code beside its value, and a value that can be.");
    }

    static void Ratio(Hl7.Fhir.Model.Base it, Run run)
    {
        var (numerator, denominator) = (Has(it, "numerator"), Has(it, "denominator"));
        if (numerator != denominator || (!numerator && !Has(it, "extension")))
            run.Error("invariant", "rat-1", "A ratio has numerator and denominator, or neither and an extension.");
    }

    static void Range(Hl7.Fhir.Model.Base it, Run run)
    {
        if (it is Hl7.Fhir.Model.Range { Low.Value: { } low, High.Value: { } high } range && range.Low.Code == range.High.Code && low > high)
            run.Error("invariant", "rng-2", "The low end of a range is not above its high end.");
    }

    static void ContactPoint(Hl7.Fhir.Model.Base it, Run run)
    {
        if (Has(it, "value") && !Has(it, "system")) run.Error("invariant", "cpt-2", "A contact point with a value names its system.");
    }

    static void Attachment(Hl7.Fhir.Model.Base it, Run run)
    {
        if (Has(it, "data") && !Has(it, "contentType")) run.Error("invariant", "att-1", "An attachment with data names its content type.");
    }

    static void AdministrationDosage(Hl7.Fhir.Model.Base it, Run run)
    {
        if (!Has(it, "dose") && !Has(it, "rate")) run.Error("invariant", "mad-1", "A dosage has a dose or a rate.");
    }

    static bool Has(Hl7.Fhir.Model.Base it, string name) => it.TryGetValue(name, out _);

    static string? Text(Hl7.Fhir.Model.Base it, string name) => it.TryGetValue(name, out var value) ? (value as PrimitiveType)?.JsonValue as string : null;
}
