using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance.Base;

/// <summary>A rule of R4 on one type: key, sentence, and whether a value keeps it.</summary>
sealed record TypeInvariant(string Key, string Text, Func<Hl7.Fhir.Model.Base, bool> Holds);

/// <summary>Invariants that a table says better than a method each: those of the types that stand in extensions and in contained resources.</summary>
static class TypeInvariants
{
    static readonly Dictionary<Type, TypeInvariant[]> Table = new()
    {
        [typeof(Timing.RepeatComponent)] =
        [
            Rule<Timing.RepeatComponent>("tim-1", "A duration has a unit.", it => it.Duration is null || it.DurationUnit is not null),
            Rule<Timing.RepeatComponent>("tim-2", "A period has a unit.", it => it.Period is null || it.PeriodUnit is not null),
            Rule<Timing.RepeatComponent>("tim-4", "A duration is not negative.", it => it.Duration is null or >= 0),
            Rule<Timing.RepeatComponent>("tim-5", "A period is not negative.", it => it.Period is null or >= 0),
            Rule<Timing.RepeatComponent>("tim-6", "The longest period stands beside a period.", it => it.PeriodMax is null || it.Period is not null),
            Rule<Timing.RepeatComponent>("tim-7", "The longest duration stands beside a duration.", it => it.DurationMax is null || it.Duration is not null),
            Rule<Timing.RepeatComponent>("tim-8", "The highest count stands beside a count.", it => it.CountMax is null || it.Count is not null),
            Rule<Timing.RepeatComponent>("tim-9", "An offset needs an event, and none of a meal.",
                it => it.Offset is null || (it.WhenElement.Count > 0 && it.WhenElement.All(when => when?.Value is not (Timing.EventTiming.C or Timing.EventTiming.CM or Timing.EventTiming.CD or Timing.EventTiming.CV)))),
            Rule<Timing.RepeatComponent>("tim-10", "There is a time of day or an event, not both.", it => it.TimeOfDayElement.Count == 0 || it.WhenElement.Count == 0),
        ],
        [typeof(Expression)] = [Rule<Expression>("exp-1", "An expression has a text or a reference.", it => it.Expression_ is not null || it.Reference is not null)],
        [typeof(DataRequirement.CodeFilterComponent)] =
            [Rule<DataRequirement.CodeFilterComponent>("drq-1", "A filter has either a path or a search parameter.", it => it.Path is not null != it.SearchParam is not null)],
        [typeof(DataRequirement.DateFilterComponent)] =
            [Rule<DataRequirement.DateFilterComponent>("drq-2", "A filter has either a path or a search parameter.", it => it.Path is not null != it.SearchParam is not null)],
        [typeof(Organization)] =
        [
            Rule<Organization>("org-1", "An organization has a name or an identifier.", it => it.Name is not null || it.Identifier.Count > 0),
            Rule<Organization>("org-2", "An organization has no home address.", it => it.Address.All(address => address?.Use != Address.AddressUse.Home)),
            Rule<Organization>("org-3", "An organization has no home telecom.", it => it.Telecom.All(telecom => telecom?.Use != ContactPoint.ContactPointUse.Home)),
        ],
        [typeof(Patient.ContactComponent)] =
            [Rule<Patient.ContactComponent>("pat-1", "A contact has a name, telecom, address or organization.",
                it => it.Name is not null || it.Telecom.Count > 0 || it.Address is not null || it.Organization is not null)],
        [typeof(Observation.ReferenceRangeComponent)] =
            [Rule<Observation.ReferenceRangeComponent>("obs-3", "A reference range has a low end, a high end or a text.", it => it.Low is not null || it.High is not null || it.Text is not null)],
        [typeof(ServiceRequest)] = [Rule<ServiceRequest>("prr-1", "Details of an order stand beside its code.", it => it.OrderDetail.Count == 0 || it.Code is not null)],
        [typeof(Group)] = [Rule<Group>("grp-1", "Only an actual group has members.", it => it.Member.Count == 0 || it.Actual == true)],
        [typeof(CarePlan.ActivityComponent)] =
            [Rule<CarePlan.ActivityComponent>("cpl-3", "An activity has a detail or a reference, not both.", it => it.Detail is null || it.Reference is null)],
        [typeof(Composition.SectionComponent)] =
        [
            Rule<Composition.SectionComponent>("cmp-1", "A section has a text, entries or sections.", it => it.Text is not null || it.Entry.Count > 0 || it.Section.Count > 0),
            Rule<Composition.SectionComponent>("cmp-2", "Only a section without entries says why it is empty.", it => it.EmptyReason is null || it.Entry.Count == 0),
        ],
    };

    public static Action<Hl7.Fhir.Model.Base, Run>? Of(Type type)
    {
        if (!Table.TryGetValue(type, out var rules)) return null;
        return (it, run) =>
        {
            foreach (var rule in rules)
                if (!rule.Holds(it)) run.Error("invariant", rule.Key, rule.Text);
        };
    }

    static TypeInvariant Rule<T>(string key, string text, Func<T, bool> holds)
        where T : Hl7.Fhir.Model.Base => new(key, text, it => it is T value && holds(value));
}
