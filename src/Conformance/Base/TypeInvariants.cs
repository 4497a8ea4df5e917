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
        [typeof(Observation)] =
        [
            Rule<Observation>("obs-6", "An observation with a value has no data absent reason.", it => it.DataAbsentReason is null || it.Value is null),
            Rule<Observation>("obs-7", "A component with the code of the observation stands beside no value.",
                it => it.Value is null || !it.Component.Any(component => component?.Code?.Coding.Any(coding => it.Code?.Coding.Any(own => own.IsExactly(coding)) ?? false) ?? false)),
        ],
        [typeof(Condition)] =
        [
            Rule<Condition>("con-4", "A condition that abated is resolved, in remission or inactive.",
                it => it.Abatement is null || Has(it.ClinicalStatus, "http://terminology.hl7.org/CodeSystem/condition-clinical", "resolved", "remission", "inactive")),
            Rule<Condition>("con-5", "A condition entered in error has no clinical status.",
                it => it.ClinicalStatus is null || !Has(it.VerificationStatus, "http://terminology.hl7.org/CodeSystem/condition-ver-status", "entered-in-error")),
        ],
        [typeof(Condition.StageComponent)] = [Rule<Condition.StageComponent>("con-1", "A stage has a summary or an assessment.", it => it.Summary is not null || it.Assessment.Count > 0)],
        [typeof(Condition.EvidenceComponent)] = [Rule<Condition.EvidenceComponent>("con-2", "An evidence has a code or a detail.", it => it.Code.Count > 0 || it.Detail.Count > 0)],
        [typeof(TriggerDefinition)] =
        [
            Rule<TriggerDefinition>("trd-1", "A trigger has data or a timing, not both.", it => it.Data.Count == 0 || it.Timing is null),
            Rule<TriggerDefinition>("trd-2", "A condition of a trigger stands beside its data.", it => it.Condition is null || it.Data.Count > 0),
            Rule<TriggerDefinition>("trd-3", "A named event has a name, a periodic one a timing, one of data its data.", it => it.Type switch
            {
                TriggerDefinition.TriggerType.NamedEvent => it.Name is not null,
                TriggerDefinition.TriggerType.Periodic => it.Timing is not null,
                null => true,
                _ => it.Data.Count > 0,
            }),
        ],
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
        if (!Table.TryGetValue(type, out var rules) && !BundleInvariants.Table.TryGetValue(type, out rules)) return null;
        return (it, run) =>
        {
            foreach (var rule in rules)
                if (!rule.Holds(it)) run.Error("invariant", rule.Key, rule.Text);
        };
    }

    static bool Has(CodeableConcept? concept, string system, params string[] codes) =>
        concept?.Coding.Any(coding => coding?.System == system && codes.Contains(coding.Code, StringComparer.Ordinal)) ?? false;

    public static TypeInvariant Rule<T>(string key, string text, Func<T, bool> holds)
        where T : Hl7.Fhir.Model.Base => new(key, text, it => it is T value && holds(value));
}
