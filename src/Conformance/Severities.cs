namespace Dicom2Fhir.Conformance;

/// <summary>Severities as FHIR writes them (value set issue-severity).</summary>
public static class Severities
{
    public static string Word(Severity severity) => severity switch
    {
        Severity.Error => "error",
        Severity.Warning => "warning",
        _ => "information",
    };
}
