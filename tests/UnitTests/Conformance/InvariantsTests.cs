using Dicom2Fhir.Conformance;
using Hl7.Fhir.FhirPath;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.UnitTests.Conformance;

public class InvariantsTests
{
    public static TheoryData<string, string, DataType> Cases => new()
    {
        { "ext-1", "extension.exists() != value.exists()", new Extension("http://x", new FhirString("a")) },
        { "ext-1", "extension.exists() != value.exists()", new Extension { Url = "http://x" } },
        { "qty-3", "code.empty() or system.exists()", new Quantity { Value = 1, Code = "mm" } },
        { "qty-3", "code.empty() or system.exists()", new Quantity { Value = 1, Code = "mm", System = "http://unitsofmeasure.org" } },
        { "per-1", "start.hasValue().not() or end.hasValue().not() or (start <= end)", new Period { Start = "2024-02-01", End = "2024-01-01" } },
        { "per-1", "start.hasValue().not() or end.hasValue().not() or (start <= end)", new Period { Start = "2024-01-01T10:00:00+02:00", End = "2024-01-01T09:00:00+01:00" } },
        { "per-1", "start.hasValue().not() or end.hasValue().not() or (start <= end)", new Period { Start = "2024-01-01T10:00:00+01:00", End = "2024-01-01T10:00:00+02:00" } },
        { "rat-1", "(numerator.empty() xor denominator.exists()) and (numerator.exists() or extension.exists())", new Ratio { Numerator = new() { Value = 1 } } },
        { "rat-1", "(numerator.empty() xor denominator.exists()) and (numerator.exists() or extension.exists())", new Ratio(new() { Value = 1 }, new() { Value = 2 }) },
        { "cpt-2", "value.empty() or system.exists()", new ContactPoint { Value = "1" } },
        { "att-1", "data.empty() or contentType.exists()", new Attachment { Data = [1] } },
        { "att-1", "data.empty() or contentType.exists()", new Attachment { Data = [1], ContentType = "text/plain" } },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_invariant_answers_as_its_FHIRPath_does(string key, string expression, DataType value)
    {
        var holder = new Basic { Code = new() { Text = "x" } };
        if (value is Extension extension) holder.Extension = [extension];
        else holder.Extension = [new("http://x", value)];
        var broken = ConformanceEngine.Shipped.Validate(holder).Issues.Any(issue => issue.Rule == key);
        Assert.Equal(value.IsTrue(expression), !broken);
    }
}
