namespace Dicom2Fhir.UnitTests.Conformance;

/// <summary>Skips a test that reads the folder beside the checkout where it is not there; on CI the folder has to be there.</summary>
static class Shared
{
    public static void Require()
    {
        var here = Repository.Shared is not null;
        Assert.SkipUnless(here || Environment.GetEnvironmentVariable("CI") == "true", "The shared folder is not beside the checkout.");
        Assert.True(here, "The shared folder is not beside the checkout.");
    }
}
