using System.Text;
using Dicom2Fhir.Conformance;

namespace Dicom2Fhir.UnitTests.Conformance;

public class HostileTests
{
    public static TheoryData<string, string> Texts => new()
    {
        { "empty", "" },
        { "no JSON", "hello" },
        { "null", "null" },
        { "a list", "[{}]" },
        { "no type", "{}" },
        { "two resources", """{"resourceType":"Patient"}{"resourceType":"Patient"}""" },
        { "unknown type", """{"resourceType":"Nothing","id":"a"}""" },
        { "type is a number", """{"resourceType":1}""" },
        { "meta is a list", """{"resourceType":"ImagingStudy","meta":[1,null,{"profile":[null,{}]}]}""" },
        { "contained holds no resources", """{"resourceType":"ImagingStudy","contained":[null,1,{"x":1},{"resourceType":"Patient"}]}""" },
        { "lone surrogate", """{"resourceType":"Patient","id":"\ud800"}""" },
        { "deep extensions", Nested(10_000) },
        { "deep lists", new string('[', 100_000) },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Broken_input_is_a_report_with_errors(string what, string json)
    {
        var report = ConformanceEngine.Shipped.Validate(json);
        Assert.False(report.Valid, what);
        Assert.All(report.Issues, issue => Assert.NotEqual("", issue.Expression));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_a_report_with_errors()
    {
        var bytes = Encoding.UTF8.GetBytes("""{"resourceType":"Patient","id":"x"}""");
        bytes[^4] = 0xFF;
        Assert.False(ConformanceEngine.Shipped.Validate(bytes).Valid);
    }

    [Fact]
    public void Every_mutilation_of_a_real_text_is_judged()
    {
        Shared.Require();
        var bytes = Corpus.Items()[2].Bytes;
        var random = new Random(4);
        for (var i = 0; i < 300; i++)
        {
            var broken = bytes.ToArray();
            for (var k = 0; k < 3; k++) broken[random.Next(broken.Length)] = (byte)"{}[],:\"1tnx\\"[random.Next(12)];
            ConformanceEngine.Shipped.Validate(broken);
        }
    }

    [Fact]
    public void Issues_are_bounded()
    {
        var study = Studies.Full(1, 200);
        foreach (var instance in study.Series[0].Instance) instance.SopClass!.System = "urn:x";
        var report = ConformanceEngine.Shipped.Validate(study, new() { MaximumIssues = 20 });
        Assert.False(report.Valid);
        Assert.Equal(20, report.Issues.Count);
    }

    static string Nested(int levels)
    {
        var text = new StringBuilder("""{"resourceType":"Patient","extension":""");
        for (var i = 0; i < levels; i++) text.Append("""[{"url":"http://x","extension":""");
        return text.ToString();
    }
}
