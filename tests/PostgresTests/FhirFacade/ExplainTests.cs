using System.Net;
using Hl7.Fhir.Model;

namespace Dicom2Fhir.PostgresTests.FhirFacade;

public sealed class ExplainTests(Hospital hospital) : IClassFixture<Hospital>
{
    [Fact]
    public async System.Threading.Tasks.Task A_plan_is_shown_only_where_it_is_offered()
    {
        const string Path = "/fhir/ImagingStudy?modality=CT&patient=p7&__explain=true";
        var refused = await (await hospital.Client.SendAsync("GET", Path)).AsAsync<OperationOutcome>(HttpStatusCode.BadRequest);
        Assert.Contains("Search__Explain", refused.Issue[0].Diagnostics, StringComparison.Ordinal);

        await using var facade = FacadeProcess.Start(["--data", hospital.Folder], new Dictionary<string, string> { ["Search__Explain"] = "on" });
        await facade.ReadyAsync();
        var plan = await (await facade.Client.SendAsync("GET", Path)).AsAsync<Parameters>();
        var parts = Assert.Single(plan.Parameter).Part;
        Assert.Equal("ImagingStudy", Text(parts, "type"));
        Assert.Contains("$1", Text(parts, "sql"), StringComparison.Ordinal);
        Assert.DoesNotContain("p7", Text(parts, "sql"), StringComparison.Ordinal);
        Assert.True(((FhirDecimal)parts.Single(part => part.Name == "estimatedRows").Value!).Value >= 0);
        var criteria = parts.Where(part => part.Name == "criterion").Select(part => part.Part).ToList();
        Assert.Equal(["modality", "patient"], criteria.Select(part => Text(part, "name")));
        Assert.All(criteria, part => Assert.NotEmpty(Text(part, "meaning")));
        var term = Assert.Single(criteria[0], part => part.Name == "term");
        Assert.Equal("CT", Text(term.Part, "code"));
        await (await facade.Client.SendAsync("GET", "/fhir/ImagingStudy?__explain=maybe")).AsAsync<OperationOutcome>(HttpStatusCode.BadRequest);
        await (await facade.Client.SendAsync("GET", "/fhir/ImagingStudy?__explain=false&_count=1")).AsAsync<Bundle>();

        static string Text(List<Parameters.ParameterComponent> parts, string name) => ((FhirString)parts.Single(part => part.Name == name).Value!).Value!;
    }
}
