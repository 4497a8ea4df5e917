namespace Dicom2Fhir.Conformance.Rules;

/// <summary>A type of an element with the profiles one of which its values have to satisfy; none = the type alone.</summary>
sealed record TypeProfile(string Type, ReferenceTarget[] Profiles);

/// <summary>Values that have to satisfy a profile of their type. A profile that is not loaded decides nothing.</summary>
sealed class TypeProfileRule(RuleOrigin origin, TypeProfile[] types) : Rule(origin)
{
    public override void Check(Hl7.Fhir.Model.Base value, Run run)
    {
        foreach (var type in types)
        {
            if (type.Type != value.TypeName || type.Profiles.Length == 0) continue;
            Check(value, type.Profiles, run);
            return;
        }
    }

    public override string Describe() => $"profiles {string.Join(' ', types.SelectMany(type => type.Profiles).Select(profile => profile.Canonical).Order(StringComparer.Ordinal))}";

    void Check(Hl7.Fhir.Model.Base value, ReferenceTarget[] profiles, Run run)
    {
        if (profiles.FirstOrDefault(target => target.Profile?.Value is null) is { } missing) run.Unresolved(missing.Canonical, Origin);
        else if (profiles is [var only]) only.Profile!.Value!.Root.CheckItem(value, run);
        else if (!profiles.Any(target => run.Conforms(value, target.Profile!.Value!)))
            run.Error("structure", "type-profile", $"The {value.TypeName} satisfies none of {string.Join(", ", profiles.Select(target => target.Canonical))}.", Origin);
    }
}
