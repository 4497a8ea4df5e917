using Dicom2Fhir.Conformance.Base;
using Dicom2Fhir.Conformance.Profiles;
using Hl7.Fhir.FhirPath;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.Conformance.Rules;

/// <summary>An invariant of a loaded package, judged by the SDK's FHIRPath evaluator. One that cannot be evaluated decides nothing.</summary>
sealed class FhirPathRule(RuleOrigin origin, ConstraintStatement constraint) : Rule(origin)
{
    public override void Check(Hl7.Fhir.Model.Base value, Run run)
    {
        if (Holds(value, run) is not { } holds) run.Unevaluated(constraint.Key, Origin);
        else if (!holds && constraint.IsError) run.Error("invariant", constraint.Key, constraint.Text, Origin);
        else if (!holds) run.Warn("invariant", constraint.Key, constraint.Text, Origin);
    }

    public override string Describe() => $"invariant {constraint.Key} {constraint.Expression}";

    bool? Holds(Hl7.Fhir.Model.Base value, Run run)
    {
        try
        {
            return value.Predicate(constraint.Expression, Context(run));
        }
        // The evaluator has no closed list of what it throws: parser, symbol and type errors are of different bases.
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return null;
        }
    }

    static FhirEvaluationContext Context(Run run)
    {
        var root = run.Container?.Root.ToPocoNode();
        return new() { Resource = root, RootResource = root, ElementResolver = url => LocalReference.Contained(new ResourceReference(url), run)?.ToPocoNode() };
    }
}
